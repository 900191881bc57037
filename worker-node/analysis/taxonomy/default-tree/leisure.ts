import { category } from './category.ts';

export const ARTS = category(
  'arts',
  'Arts and culture',
  'Literature, music, film, visual art, theatre and design.',
  'art, culture, artist, creative, cultural',
  'What museums are for|Festival of arts opens|Awards for actors, singers and writers|A celebrity and her fans',
  [
    category(
      'arts.literature',
      'Books and literature',
      'Novels, poetry, authors, writing, book reviews and storytelling.',
      'book, novel, novelist, poem, author, literature, writer, poetry, fiction, bestseller, publisher, literary prize, paperback, memoir, chapter, shakespeare',
      'Reading Proust slowly|How to end a short story|Novel wins the Booker prize|A new translation of Homer|The poet and her critics|Bestsellers of the summer|Harry Potter breaks records|Keeping a diary',
    ),
    category(
      'arts.music',
      'Music',
      'Songs, singers, bands, composers, instruments, concerts, recording, audio and music theory.',
      'music, song, composer, instrument, concert, album, melody, guitar, orchestra, band, piano, rhythm, singer, audio, sound, midi, synthesizer, playlist, mp3, opera, chart, rapper, drummer, pop, rock, audio player, ogg, mixer',
      'How a violin is made|The harmony of a blues|Band tops the album chart|Singer cancels her tour|A synthesizer and MIDI sequencer|Audio player for MP3 and Ogg files|Recording and mixing tracks|Opera house opens its season|Rapper wins three Grammys|Sound effects and plugins for music|Editing audio files and converting them',
    ),
    category(
      'arts.film',
      'Film and television',
      'Movies, directors, actors, series, cinema, box office, television and video.',
      'film, movie, director, actor, actress, cinema, television, tv series, scene, screenplay, animation, oscar, box office, hollywood, sitcom, video player, dvd, subtitles, sequel, golden globe, video editor, soap opera, bbc one',
      'Editing a chase scene|The long takes of a director|Actress wins an Oscar|Comedy tops the US box office|A player for DVDs and video files|Television series returns|Sequel to a science fiction film|Star of a soap opera leaves|Cutting and encoding video|Film festival in Cannes',
    ),
    category(
      'arts.visual',
      'Visual art and photography',
      'Painting, sculpture, drawing, photography, graphics, image editing, museums and galleries.',
      'painting, sculpture, photography, photograph, museum, gallery, drawing, portrait, camera, canvas, exhibition, image viewer, image editor, photo, jpeg, png, painter, illustration, pixel, svg, raytracing, 3d graphics',
      'Light in Dutch painting|Photographing people in the street|Editing photos and converting image files|Stolen painting is found|Exhibition of modern sculpture|A viewer for pictures|Raw files from digital cameras|Drawing vector illustrations|Ray tracing and three-dimensional scenes|Turner prize for an artist',
    ),
    category(
      'arts.architecture',
      'Architecture and design',
      'Buildings, cities, interiors, typography and the design of things.',
      'architecture, building, architect, interior, typography, facade, urban, skyscraper, concrete, typeface, floor plan, cathedral, furniture design, cad',
      'Why concrete buildings age badly|Choosing a typeface for long texts|A tower for the city|Restoring a cathedral|Chairs of the twentieth century|Drawing plans with CAD|Housing that pleases its tenants|A square without cars',
    ),
  ],
);

export const TRAVEL = category(
  'travel',
  'Travel and places',
  'Journeys, countries, cities, transport and the outdoors.',
  'travel, journey, visit, trip, tourism',
  'Why we travel|Around the world in a year|What to pack',
  [
    category(
      'travel.destinations',
      'Destinations',
      'Cities, beaches, sights, hotels and itineraries for visitors.',
      'hotel, tourist, beach, itinerary, sights, sightseeing, holiday, guidebook, old town, resort, hostel, passport, visa, vacation',
      'Three days in Lisbon|Quiet islands in the Aegean|Where to stay in Kyoto|A weekend in Prague with children|Beaches of Brazil|Cheap hostels and hotels|Tourists return to the temple|A guide to the old town',
    ),
    category(
      'travel.outdoors',
      'Outdoors and hiking',
      'Hiking, climbing, camping, mountains, trails and wilderness.',
      'hiking, trail, mountain, camping, climbing, backpack, tent, summit, wilderness, hut, trekking, campsite, ridge, rucksack',
      'A hut-to-hut walk in the Alps|Packing for a week in the wild|Climbers on Everest|A tent for the winter|Canoeing down a river|Bears and campers|Which boots for scree|Recording GPS tracks of a hike',
    ),
    category(
      'travel.transport',
      'Transport',
      'Cars, motorcycles, bicycles, trains, aircraft, ships, driving, roads, engines and public transport.',
      'train, car, railway, bicycle, motorcycle, bike, motorbike, rider, aircraft, road, bus, driver, airline, ship, traffic, electric vehicle, engine, tyre, brake, gearbox, clutch, helmet, dealer, honda, bmw, ford, toyota, mileage, driving, highway, rear wheel, sedan, airbus, boeing',
      'Night trains return to Europe|How cities make room for bicycles|Which car should I buy: the sedan or the wagon?|My motorcycle will not start when it is cold|Changing the oil and the brake pads|Riding with a helmet and leather jacket|Speed limits and drivers|Airbus shows a new aircraft|Countersteering on two wheels|Used car dealers and prices|Ferry runs aground|Turbo engines and horsepower',
    ),
  ],
);

export const SPORT = category(
  'sport',
  'Sport and games',
  'Competitions, teams, athletes, games and play.',
  'sport, game, team, competition, athlete',
  'Why people play|The coach and his team|Champions of the season|Injured player misses the final',
  [
    category(
      'sport.football',
      'Football',
      'Football matches, clubs, players, leagues and world cups, soccer and American football.',
      'football, goalkeeper, striker, penalty, midfielder, premier league, world cup, soccer, champions league, arsenal, chelsea, manchester united, real madrid, liverpool, quarterback, nfl, touchdown, fa cup, super bowl, defender, uefa',
      'How a back three defends|A penalty in the last minute|Chelsea beat Arsenal in the Premier League|Striker signs for Real Madrid|Manager is sacked after a defeat|Quarterback throws three touchdowns|England qualify for the World Cup|Champions League draw',
    ),
    category(
      'sport.athletics',
      'Other sports',
      'Baseball, ice hockey, basketball, tennis, rugby, cricket, golf, cycling, swimming, athletics, motor racing, boxing, winter sports and the Olympics.',
      'tennis, baseball, hockey, basketball, rugby, cricket, golf, cycling, swimming, olympic, medal, tournament, skiing, boxing, sprinter, pitcher, inning, home run, playoff, nhl, nba, yankees, red sox, goalie, puck, wimbledon, grand slam, formula one, six nations, batting, league, marathon, doping, rebounds, semifinal, stanley cup',
      'A sprint finish in the rain|How swimmers taper before a championship|Red Sox beat the Yankees in the ninth inning|Which goalie will win the Stanley Cup?|Pitchers, batting averages and the best shortstop|Federer reaches the final at Wimbledon|Wales beat England in the Six Nations|Test match: Australia bowl India out|Tiger Woods leads by two strokes|Olympic champion fails a drug test|Guard scores thirty points in overtime|Formula One driver takes pole position|Hockey playoffs: who will win?',
    ),
    category(
      'sport.games',
      'Video and board games',
      'Video games, consoles, chess, cards, role-playing, arcade games and puzzles.',
      'video game, gameplay, console, chess, puzzle, board game, card game, quest, playstation, nintendo, xbox, gamer, arcade, multiplayer, role-playing, solitaire, tetris, shooter game, sudoku, strategy game, dungeon',
      'An opening for club chess players|What makes a puzzle game fair|Nintendo shows a new console|A clone of Tetris|Turn-based strategy game with a map editor|First-person shooter with multiplayer mode|Gamers queue for a sequel|Card games against the computer|Dungeon adventure in a text terminal|An emulator of old consoles',
    ),
  ],
);
