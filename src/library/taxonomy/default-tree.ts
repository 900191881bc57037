/** The taxonomy that a fresh installation starts with; an admin replaces it as a whole. */

export interface CategoryNode {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly examples?: readonly string[];
  readonly children?: readonly CategoryNode[];
}

const node = (
  id: string,
  label: string,
  description: string,
  keywords: string,
  children?: readonly CategoryNode[],
): CategoryNode => ({
  id,
  label,
  description,
  keywords: keywords.split(', '),
  ...(children ? { children } : {}),
});

export const DEFAULT_TAXONOMY: readonly CategoryNode[] = [
  node('computing', 'Computing', 'Computers, software, networks and data', 'computer, software, program, data, digital', [
    node(
      'computing.programming',
      'Programming',
      'Writing software: languages, libraries, algorithms, testing and debugging',
      'code, programming, function, library, compiler, bug, test, algorithm, developer',
    ),
    node(
      'computing.infrastructure',
      'Infrastructure',
      'Servers, operating systems, databases, networks and the cloud',
      'server, database, network, cloud, cache, connection, socket, latency, operating system, container',
    ),
    node(
      'computing.security',
      'Security',
      'Protecting systems and accounts: authentication, passwords, encryption, attacks',
      'security, password, login, credential, encryption, attack, vulnerability, account, authentication',
    ),
    node(
      'computing.ai',
      'Artificial intelligence',
      'Machine learning, neural networks, language models and vision',
      'machine learning, neural network, model, training, embedding, inference, language model, dataset',
    ),
    node(
      'computing.web',
      'Web',
      'Web sites, browsers, interfaces and design for screens',
      'web, browser, page, html, javascript, interface, frontend, css',
    ),
  ]),
  node(
    'science',
    'Natural sciences',
    'How nature works, found out by observation and experiment',
    'science, research, experiment, theory, measurement',
    [
      node(
        'science.physics',
        'Physics',
        'Matter, energy, forces, quantum mechanics and relativity',
        'physics, energy, particle, quantum, force, wave, gravity',
      ),
      node(
        'science.astronomy',
        'Astronomy',
        'Planets, stars, galaxies and the exploration of space',
        'planet, star, galaxy, telescope, orbit, space, moon',
      ),
      node(
        'science.chemistry',
        'Chemistry',
        'Substances, reactions and materials',
        'chemistry, molecule, reaction, compound, acid, catalyst',
      ),
      node(
        'science.biology',
        'Biology',
        'Living things, cells, genes, evolution and behaviour',
        'biology, cell, gene, species, evolution, organism, protein, animal, plant',
      ),
      node(
        'science.earth',
        'Earth and climate',
        'Weather, climate, oceans, glaciers, rocks and landscapes',
        'climate, glacier, ice, ocean, weather, geology, river, snow, temperature, atmosphere, earthquake',
      ),
      node(
        'science.mathematics',
        'Mathematics',
        'Numbers, proofs, geometry, probability and statistics',
        'mathematics, theorem, proof, equation, probability, statistics, geometry',
      ),
    ],
  ),
  node('health', 'Health', 'Staying well and getting well', 'health, body, care', [
    node(
      'health.medicine',
      'Medicine',
      'Diseases, diagnosis, treatment, drugs and surgery',
      'disease, patient, treatment, doctor, drug, clinical, symptom, therapy, vaccine',
    ),
    node(
      'health.fitness',
      'Fitness',
      'Exercise, training, sleep and recovery',
      'exercise, training, muscle, running, sleep, fitness',
    ),
    node(
      'health.nutrition',
      'Nutrition',
      'What we eat and what it does to us',
      'diet, nutrition, vitamin, protein, calorie, meal',
    ),
    node(
      'health.mind',
      'Mental health',
      'Mood, stress, therapy and the mind',
      'anxiety, depression, stress, therapy, mental, emotion',
    ),
  ]),
  node('business', 'Business and economy', 'Companies, money, trade and work', 'business, company, market, money', [
    node(
      'business.finance',
      'Finance',
      'Banks, investments, shares, taxes and personal money',
      'bank, investment, stock, share, loan, interest, tax, fund, currency',
    ),
    node(
      'business.management',
      'Management',
      'Leading people, projects, strategy and organisations',
      'management, team, strategy, leadership, project, meeting, employee',
    ),
    node(
      'business.marketing',
      'Marketing',
      'Customers, brands, advertising and sales',
      'marketing, customer, brand, advertising, sales, campaign',
    ),
    node(
      'business.economics',
      'Economics',
      'Growth, trade, prices, employment and policy',
      'economy, inflation, trade, growth, price, employment, tariff',
    ),
  ]),
  node('society', 'Society', 'How people live together', 'society, people, public', [
    node(
      'society.politics',
      'Politics',
      'Governments, elections, parties and diplomacy',
      'government, election, president, minister, parliament, party, vote, policy',
    ),
    node(
      'society.law',
      'Law',
      'Laws, courts, rights and contracts',
      'law, court, judge, right, contract, legal, regulation, licence',
    ),
    node(
      'society.education',
      'Education',
      'Schools, universities, teaching and learning',
      'school, student, teacher, university, learning, course, exam',
    ),
    node('society.history', 'History', 'What happened and why', 'history, century, war, empire, ancient, king, revolution'),
  ]),
  node('culture', 'Arts and culture', 'What people make to delight and to move', 'art, culture, artist', [
    node(
      'culture.literature',
      'Literature',
      'Books, novels, poetry and writing',
      'book, novel, poem, author, story, writer, character',
    ),
    node(
      'culture.music',
      'Music',
      'Songs, instruments, composers and concerts',
      'music, song, album, guitar, concert, composer, orchestra, band',
    ),
    node(
      'culture.film',
      'Film and television',
      'Films, series, directors and actors',
      'film, movie, director, actor, series, scene, television',
    ),
    node(
      'culture.visual',
      'Visual arts',
      'Painting, photography, sculpture and architecture',
      'painting, photograph, sculpture, museum, gallery, architecture, design',
    ),
  ]),
  node('living', 'Home and living', 'Everyday life: food, home, family, hobbies', 'home, family, everyday', [
    node(
      'living.cooking',
      'Cooking',
      'Recipes, baking, ingredients and kitchens',
      'recipe, dough, flour, bake, bread, oven, sugar, butter, cook, ingredient, kitchen, salt',
    ),
    node(
      'living.garden',
      'Garden',
      'Growing flowers, vegetables and trees',
      'garden, soil, seed, plant, flower, vegetable, compost',
    ),
    node('living.craft', 'Craft and repair', 'Making and mending things by hand', 'wood, tool, repair, paint, sew, drill, craft'),
    node(
      'living.family',
      'Family',
      'Children, parents, relationships and pets',
      'child, parent, baby, family, marriage, pet, dog',
    ),
  ]),
  node('sport', 'Sport and games', 'Competition and play', 'sport, game, play', [
    node(
      'sport.team',
      'Team sports',
      'Football, basketball, hockey, cricket and other matches',
      'football, match, team, league, goal, coach, season, championship',
    ),
    node(
      'sport.outdoor',
      'Outdoor sports',
      'Hiking, climbing, cycling, skiing and sailing',
      'hiking, climbing, cycling, trail, ski, mountain, sail',
    ),
    node('sport.games', 'Games', 'Video games, board games and chess', 'video game, player, chess, board game, level, console'),
  ]),
  node('travel', 'Travel and places', 'Going places and knowing them', 'travel, trip, place', [
    node(
      'travel.destinations',
      'Destinations',
      'Cities, countries, sights and hotels',
      'city, hotel, beach, tourist, island, guide, visit',
    ),
    node(
      'travel.transport',
      'Transport',
      'Trains, planes, cars, ships and roads',
      'train, airport, flight, car, road, ship, railway, traffic',
    ),
  ]),
  node(
    'technology',
    'Engineering and technology',
    'Building machines and systems that work',
    'engineering, technology, machine',
    [
      node(
        'technology.energy',
        'Energy',
        'Electricity, solar and wind power, batteries and grids',
        'electricity, solar, wind, battery, grid, power plant, fuel',
      ),
      node(
        'technology.electronics',
        'Electronics',
        'Circuits, chips, sensors and devices',
        'circuit, chip, sensor, voltage, device, phone, electronics',
      ),
      node(
        'technology.construction',
        'Construction',
        'Buildings, bridges, concrete and steel',
        'building, bridge, concrete, steel, construction, engineer',
      ),
      node(
        'technology.manufacturing',
        'Manufacturing',
        'Factories, robots, materials and supply',
        'factory, robot, production, supply chain, material, machine',
      ),
    ],
  ),
  node('environment', 'Environment', 'Nature, and what we do to it', 'environment, nature', [
    node(
      'environment.conservation',
      'Conservation',
      'Wildlife, forests, habitats and their protection',
      'forest, wildlife, habitat, endangered, biodiversity, conservation',
    ),
    node(
      'environment.pollution',
      'Pollution and waste',
      'Emissions, plastic, recycling and clean water',
      'pollution, emission, plastic, waste, recycling, carbon, clean water',
    ),
    node(
      'environment.agriculture',
      'Agriculture',
      'Farming, crops, livestock and food production',
      'farm, crop, farmer, harvest, livestock, irrigation, agriculture',
    ),
  ]),
  node('thought', 'Philosophy and religion', 'What is true, good and sacred', 'philosophy, religion, belief', [
    node(
      'thought.philosophy',
      'Philosophy',
      'Ethics, knowledge, logic and the mind',
      'philosophy, ethics, moral, knowledge, truth, consciousness, argument',
    ),
    node(
      'thought.religion',
      'Religion',
      'Faiths, scriptures, worship and traditions',
      'god, church, prayer, faith, religion, temple, bible, islam, buddhist',
    ),
  ]),
];
