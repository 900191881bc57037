import { category } from './category.ts';

export const BUSINESS = category(
  'business',
  'Business and economy',
  'Companies, money, markets, work and trade.',
  'business, company, economy, market, money',
  'Why some firms last for centuries|Airline files for bankruptcy|Company agrees to a takeover|Profits and sales rise in the third quarter|Retailer cuts jobs|Car maker recalls vehicles and posts a loss|Union and company agree on pensions|Regulators examine the merger of two firms|Oil giant sells a unit',
  [
    category(
      'business.finance',
      'Finance and investing',
      'Banks, stocks, bonds, shares, earnings, loans, mergers, savings, taxes and personal money.',
      'finance, stock, shares, investment, bank, bond, loan, interest rate, tax, savings, portfolio, investor, mortgage, profit, earnings, quarter, dividend, revenue, wall street, analyst, takeover, merger, bankruptcy, pension, insurance, fund, shareholder',
      'How index funds work|Paying off a mortgage early|Shares fall as oil prices rise|Company reports a quarterly profit|Bank agrees to buy a rival|Airline seeks protection from creditors|Stocks end lower on Wall Street|Investors await the bond sale|Executive charged with accounting fraud|Insurer settles with regulators|Filing a tax return',
    ),
    category(
      'business.economics',
      'Economics',
      'Inflation, growth, trade, oil prices, currencies, labour markets and economic policy.',
      'economics, inflation, economy, economic growth, trade, unemployment, demand, recession, tariff, economist, exports, imports, dollar, euro, currency, oil prices, crude, opec, central bank, deficit, consumer spending, gdp, federal reserve, jobless',
      'What causes inflation|Who pays for a tariff|Oil prices reach a record|Dollar falls against the euro|Federal Reserve raises interest rates|Unemployment drops to five per cent|Exports lift growth in China|Consumer confidence weakens|Trade deficit widens|OPEC and the supply of crude',
    ),
    category(
      'business.management',
      'Management and work',
      'Leading teams and projects, hiring, careers, meetings, wages, unions and organisation.',
      'management, manager, leadership, employee, hiring, meeting, career, workplace, chief executive, layoffs, union, strike, wages, job cuts, interview, staff, working hours',
      'Running a meeting that ends on time|Hiring the first engineer|Company names a new chief executive|Workers strike over pay|Feedback that helps|Layoffs at a car maker|Working from home|Planning a project with deadlines|Preparing for a job interview',
    ),
    category(
      'business.marketing',
      'Marketing and sales',
      'Brands, advertising, customers, campaigns, shops and selling.',
      'marketing, brand, advertising, advertisement, customer, retailer, ad campaign, supermarket, shoppers, discount, store, slogan, e-commerce, christmas sales',
      'Naming a new product|What makes an advertisement work|Supermarket sales disappoint at Christmas|A brand changes its logo|Selling on the telephone|Retailers cut prices to attract shoppers|Loyalty cards and customers|Measuring an ad campaign',
    ),
    category(
      'business.startups',
      'Start-ups',
      'Founding companies, venture capital, entrepreneurs and growth of young firms.',
      'startup, founder, venture capital, entrepreneur, seed round, pitch, co-founder, incubator, angel investor, burn rate, unicorn, valuation',
      'Raising the first round|When founders should not hire|Pitching to venture capitalists|Two students found a company in a garage|An incubator for entrepreneurs|Why start-ups fail|Equity for early employees|From prototype to first customer',
    ),
  ],
);

export const SOCIETY = category(
  'society',
  'Society and politics',
  'Government, law, history, education, religion and how people live together.',
  'society, people, public, community, social',
  'How a neighbourhood changes|People and government|Immigrants and their rights|Leaders meet and nations talk|A country after its revolution',
  [
    category(
      'society.politics',
      'Politics and government',
      'Elections, parties, parliaments, presidents, taxes, immigration, diplomacy and public policy.',
      'politics, election, government, parliament, party, president, vote, voter, minister, prime minister, democracy, campaign, congress, senate, republican, democrat, labour, conservative, tory, diplomat, united nations, immigration, liberal, cabinet, referendum, coalition, opposition',
      'How coalition governments form|What a parliament committee does|President wins a second term|Opposition demands a recount of votes|Prime minister defends his plans for tax|Foreign ministers meet at the United Nations|Should the state pay for this? A debate on liberty|Party leader resigns|Immigration policy divides the cabinet|Gun control and the constitution|Talks on a nuclear programme',
    ),
    category(
      'society.law',
      'Law and justice',
      'Courts, legislation, rights, contracts, crime, gun laws, prisons and police.',
      'law, court, judge, legal, rights, contract, crime, police, lawyer, legislation, trial, justice, jury, murder, prison, arrested, guilty, lawsuit, supreme court, amendment, firearm, gun, prosecutor, sentence, convicted',
      'What a contract must say|How appeals reach the highest court|Man arrested for murder|Jury finds the defendant guilty|The right to bear arms and gun laws|Police search for a missing child|Sentenced to life in prison|A law against discrimination|Human rights and torture|Copyright and the courts',
    ),
    category(
      'society.history',
      'History',
      'The past: empires, wars, revolutions, archaeology and everyday life in earlier times.',
      'history, century, empire, ancient, medieval, archaeology, roman, dynasty, historian, world war, archaeologist, ottoman, colonial, genocide, armenian, holocaust, tomb',
      'Trade in the Roman empire|Daily life in a medieval town|The fall of the Ottoman empire|Archaeologists open a tomb|Remembering a genocide|Sixty years after the world war|Letters of a king|How the railway came to the West',
    ),
    category(
      'society.education',
      'Education',
      'Schools, universities, teaching, students and learning.',
      'education, school, student, teacher, university, teaching, curriculum, classroom, exam, pupil, tuition, college, campus, lesson, kindergarten, scholarship',
      'How children learn to read|What examinations measure|Tuition fees rise|Teachers and class sizes|A school in the country|Applying to university|Lessons by internet|Quiz and vocabulary trainer for pupils',
    ),
    category(
      'society.religion',
      'Religion and philosophy',
      'Faith, God, the Bible, Christianity, Islam, atheism, ethics, morality, philosophers and questions of meaning.',
      'religion, philosophy, ethics, god, church, faith, moral, morality, belief, philosopher, spiritual, prayer, bible, jesus, christ, christian, scripture, islam, muslim, jewish, atheist, atheism, pope, sin, heaven, priest, catholic, gospel, verse, soul',
      'The ethics of promises|Pilgrims on the road to Santiago|Does God exist? Arguments of atheists and believers|What the Bible says of sin and salvation|Pope addresses the faithful|Is morality objective?|The resurrection of Jesus|Islam and the Quran|The church and its doctrine|Free will and the soul|Objective values: a reply on belief',
    ),
    category(
      'society.conflict',
      'War and security',
      'Armies, weapons, conflicts, terrorism, hostages, occupation, refugees and peace.',
      'war, military, army, weapon, conflict, soldier, troops, refugee, peace, missile, ceasefire, bomb, bombing, suicide bomber, militant, rebel, insurgent, hostage, terrorist, terrorism, iraq, baghdad, israel, israeli, palestinian, gaza, killed, attack, arab, peacekeepers, airstrike, gunmen',
      'A ceasefire and what came after|How armies are supplied|Car bomb kills ten in Baghdad|Israeli troops enter Gaza|Militants take hostages|Rebels and government sign a peace deal|Refugees cross the border|Palestinians, Israelis and the occupied territories|North Korea and its missiles|Soldiers die in an ambush|Terror suspects held',
    ),
  ],
);

export const MEDIA = category(
  'media',
  'Media and communication',
  'Journalism, language, the internet and how news travels.',
  'media, news, communication, information, broadcasting',
  'How news reaches us|Media and their owners|Who listens to the radio',
  [
    category(
      'media.journalism',
      'Journalism',
      'The work of newspapers, reporters, editors and broadcasters, and the freedom of the press.',
      'journalism, journalist, newspaper, newsroom, broadcaster, headline, press freedom, magazine, circulation, editor in chief, columnist, correspondent, bbc',
      'How a story is checked|The decline of local newspapers|A reporter protects her sources|The broadcaster and its licence fee|Editors resign over a false report|Front pages and headlines|Press freedom in danger|A day in a newsroom',
    ),
    category(
      'media.social',
      'Social media and the web',
      'Web sites, search engines, blogs, platforms, influencers, moderation, misinformation and online communities.',
      'social media, website, web page, search engine, blog, blogger, misinformation, influencer, content moderation, followers, social network, forum, online community, podcast, google, yahoo, browser, web site',
      'How a rumour spreads online|Moderating a small forum|Search engines compete for users|Bloggers and their readers|A video goes viral|Sharing photos on social networks|Influencers and their followers|Why a web site was slow',
    ),
    category(
      'media.language',
      'Language and linguistics',
      'Grammar, words, translation, accents and how languages are learned.',
      'grammar, translation, vocabulary, linguistics, verb, dialect, accent, spelling, dictionary, noun, linguist, pronunciation, etymology, idiom, bilingual',
      'Why English spelling is odd|Learning a second language as an adult|A dictionary and spell checker|Verbs that changed their meaning|Translating poetry|The accents of London|A dying language is recorded|Fonts and alphabets of the world',
    ),
  ],
);
