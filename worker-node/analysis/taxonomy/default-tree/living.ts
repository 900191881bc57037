import { category } from './category.ts';

export const HEALTH = category(
  'health',
  'Health',
  'The body and mind: medicine, disease, nutrition, exercise and care.',
  'health, medical, body, wellbeing, care',
  'Staying well through the winter|What hospitals cost|Health of the nation',
  [
    category(
      'health.medicine',
      'Medicine and disease',
      'Diagnosis, treatment, drugs, surgery, infections, vaccines, side effects and clinical research.',
      'medicine, patient, disease, treatment, drug, doctor, vaccine, clinical, infection, symptom, surgery, cancer, hospital, flu, aids, diagnosis, pain, physician, therapy, blood, antibiotic, syndrome',
      'A new treatment for high blood pressure|How vaccines train the immune system|Does anyone know the side effects of this medicine?|Cancer drug withdrawn after deaths|Outbreak of flu in Asia|What causes migraine and kidney stones|Doctors transplant a heart|My doctor prescribed antibiotics for an infection',
    ),
    category(
      'health.mind',
      'Mental health and psychology',
      'Emotion, memory, anxiety, depression, therapy, sleep and human behaviour.',
      'psychology, anxiety, depression, psychotherapy, emotion, memory, stress, mental, sleep, brain, psychologist, psychiatric, autism, grief, habit, mood',
      'What therapy does for anxiety|Why we forget what we read|Sleeping badly before an exam|Depression after a loss|How habits form|What brain scans show of emotions|Autism in adults|Why people obey',
    ),
    category(
      'health.nutrition',
      'Nutrition',
      'Diet, vitamins, weight, obesity, digestion and what food does to the body.',
      'nutrition, diet, vitamin, calorie, weight, obesity, fat, sugar, eating, metabolism, fibre, cholesterol, dietary, nutrient, supplement',
      'How much protein a body needs|What fibre does for digestion|Do vitamin supplements help?|Obesity in children|Losing weight without hunger|Cholesterol and saturated fat|Reaction to food additives|Sugar in soft drinks',
    ),
    category(
      'health.fitness',
      'Fitness and exercise',
      'Workouts, running, strength, stretching, yoga and recovery.',
      'exercise, fitness, muscle, strength, workout, jogging, yoga, stretching, endurance, gym, squat, weightlifting, aerobic, posture',
      'A strength plan for beginners|Stretching before a run|Yoga for a stiff back|How often to lift weights|Training for a first marathon|Push-ups and squats at home|Rest days and sore muscles|Heart rate while running',
    ),
  ],
);

export const ENVIRONMENT = category(
  'environment',
  'Environment',
  'Climate, energy, nature conservation, farming and pollution.',
  'environment, nature, sustainable, green, ecological',
  'What one town did for its river|Environmental groups protest|Living within the limits of the planet',
  [
    category(
      'environment.climate',
      'Climate change',
      'Global warming, greenhouse gases, emissions, carbon and adaptation to a changing climate.',
      'climate, warming, carbon, emission, greenhouse, fossil fuel, carbon dioxide, methane, kyoto, adaptation, climate change, sea level, warmer',
      'What one degree of warming means|Measuring methane from orbit|Countries ratify a treaty on emissions|Trading permits for carbon dioxide|Rising seas threaten islands|Cities prepare for heat waves|Russia and the Kyoto protocol|How climate models work',
    ),
    category(
      'environment.energy',
      'Energy',
      'Electricity, solar and wind power, nuclear plants, grids, storage and heating.',
      'electricity, solar power, wind power, power grid, nuclear power, turbine, hydrogen, heating, power plant, renewable, reactor, photovoltaic, heat pump, blackout',
      'Storing solar power for the night|How a heat pump works|A new nuclear reactor is delayed|Wind farm off the coast|Blackout after a storm|Cooling towers of power plants|Hydrogen as a fuel|Insulating a house to save heat',
    ),
    category(
      'environment.conservation',
      'Wildlife and conservation',
      'Forests, wild animals, endangered species, habitats, biodiversity and national parks.',
      'wildlife, conservation, habitat, endangered, forest, biodiversity, ecosystem, bird, whale, wolf, national park, extinction, coral, elephant, rainforest, poaching',
      'Wolves return to the valley|Counting birds in a city park|Whales stranded on a beach|Ivory and the elephants|Coral reefs are dying|The rainforest is cleared|Gorillas in danger of extinction|A marsh becomes a reserve',
    ),
    category(
      'environment.agriculture',
      'Farming and gardening',
      'Crops, soil, livestock, irrigation, gardens and growing plants.',
      'farming, farmer, crop, soil, garden, harvest, seed, livestock, cattle, fertiliser, irrigation, compost, wheat, orchard, locust, pesticide',
      'Rotating crops on a small farm|Growing tomatoes on a balcony|Locusts destroy the harvest|Genetically modified maize|When to prune an apple tree|Milk prices and dairy farmers|Mad cow disease in cattle|Compost from kitchen scraps',
    ),
    category(
      'environment.pollution',
      'Pollution and waste',
      'Plastic, air and water quality, recycling, toxins and waste management.',
      'pollution, plastic, waste, recycling, toxic, landfill, contamination, smog, sewage, rubbish, oil spill, asbestos, pollutant',
      'Plastic in the rivers of Asia|What becomes of recycled glass|Oil spill on the coast|Smog over the city|Lead in drinking water|Nuclear waste and where to put it|Dumping old electronics|Cleaning contaminated soil',
    ),
  ],
);

export const FOOD = category(
  'food',
  'Food and drink',
  'Cooking, baking, drinks, restaurants and recipes.',
  'food, kitchen, taste, flavour, delicious',
  'What we eat and why|The taste of childhood|A market full of cheese',
  [
    category(
      'food.cooking',
      'Cooking and recipes',
      'Recipes, ingredients, sauces, meat, vegetables and techniques of the kitchen.',
      'recipe, cooking, sauce, onion, garlic, olive oil, meat, vegetables, pan, ingredients, soup, spice, simmer, stew, teaspoon',
      'A weeknight curry|How to make a good stock|Roasting a chicken|Knife skills for beginners|Pasta with tomatoes and basil|Which oil for frying|Pickles and preserves|Barbecue over charcoal',
    ),
    category(
      'food.baking',
      'Baking',
      'Bread, dough, cakes, pastry, yeast and ovens.',
      'bread, dough, flour, baking, oven, yeast, cake, sourdough, crust, pastry, loaf, knead, cookie, icing',
      'Keeping a sourdough starter alive|Why a cake sinks|Croissants at home|Biscuits for the holidays|Rye bread with seeds|How long to knead|A pie with a crisp crust|Gluten and flour',
    ),
    category(
      'food.drinks',
      'Drinks',
      'Coffee, tea, wine, beer, cocktails and brewing.',
      'coffee, tea, wine, beer, drink, brewing, cocktail, grape, espresso, vineyard, alcohol, whisky, barley, hops',
      'Brewing coffee by hand|How wine is aged in oak|Beer from the kitchen|Green tea and its water|A cocktail with gin|Whisky from an island|Grapes of a cool year|Espresso machines compared',
    ),
    category(
      'food.restaurants',
      'Restaurants',
      'Eating out: chefs, menus, dishes, waiters and reviews of places.',
      'restaurant, chef, menu, dining, waiter, michelin, bistro, diner, cafe, tasting menu, cuisine, reservation',
      'Dinner at a small bistro|What a head chef does all day|The best noodle shops in town|A third Michelin star|Tipping the waiter|Street food in Bangkok|Lunch menus under ten pounds|Why restaurants close',
    ),
  ],
);

export const HOME = category(
  'home',
  'Home and family',
  'Living together: children, pets, the house, crafts and relationships.',
  'home, household, everyday, domestic, chores',
  'A calmer household|A home for three generations|Moving house',
  [
    category(
      'home.family',
      'Parenting and family',
      'Babies, children, teenagers, parents, marriage and relationships.',
      'parent, baby, mother, father, marriage, toddler, teenager, wedding, divorce, pregnancy, parenting, sibling, grandparents, childcare',
      'When a baby will not sleep|Talking to teenagers about money|A wedding on a budget|Raising twins|After the divorce|Grandparents and childcare|Choosing a name|Brothers and sisters who quarrel',
    ),
    category(
      'home.pets',
      'Pets',
      'Dogs, cats and other animals kept at home, their care and training.',
      'dog, cat, pet, puppy, veterinarian, leash, kitten, breed, aquarium, hamster, litter, parrot',
      'Teaching a puppy to walk on a leash|What cats say with their tails|Feeding an old dog|Setting up an aquarium|Fleas and ticks|A rabbit in a flat|Adopting from a shelter|When to see the veterinarian',
    ),
    category(
      'home.diy',
      'House and repairs',
      'Renovation, tools, plumbing, furniture, cleaning and repairs in the house.',
      'renovation, repair, paint, plumbing, drill, screw, roof, plaster, tile, insulation, carpet, varnish, sanding, woodwork, leak',
      'Fixing a dripping tap|Sanding an old wooden floor|Hanging a shelf on plaster|Replacing a window|Mould in the bathroom|Painting a ceiling|A leaking roof|House wiring and sockets',
    ),
    category(
      'home.crafts',
      'Crafts and fashion',
      'Knitting, sewing, clothes, jewellery, pottery and style.',
      'knitting, sewing, fabric, clothes, fashion, yarn, pottery, dress, textile, jewellery, embroidery, crochet, tailor, designer label',
      'Knitting a first pair of socks|How a suit should fit|Fashion week in Milan|Sewing a summer dress|Glazing pottery|Silver rings by hand|Embroidery patterns|What to wear in winter',
    ),
  ],
);
