/** Short passages with the category of the default tree a reader would choose; null: none of them. Not written from its keywords. */
export const LABELLED: readonly (readonly [category: string | null, text: string])[] = [
  [
    'technology.programming',
    'The loop reads each line into a variable, calls the parser, and throws an exception when the argument has the wrong type. Rename the method before you merge the branch, and add a test for the empty string.',
  ],
  [
    'technology.programming',
    'Async functions return promises. When you forget to await one, errors vanish and the next statement runs too early; a linter rule catches most of these bugs in TypeScript projects.',
  ],
  [
    'technology.artificial-intelligence',
    'We fine-tuned a transformer on ten thousand labelled sentences. Accuracy on the held-out set rose by four points, but the network still overfits when layers are added without regularisation.',
  ],
  [
    'technology.artificial-intelligence',
    'Large language models predict the next token. Given enough parameters and text they answer questions, though they sometimes hallucinate facts that were never in their training data.',
  ],
  [
    'technology.security',
    'Attackers sent a fake invoice with a macro. Once opened it encrypted every file on the share and demanded a ransom in bitcoin; two-factor login would have stopped the stolen credentials from working.',
  ],
  [
    'technology.security',
    'Everybody forgets a login credential at some point. Choose the link below the form and enter the e-mail address that you registered; we send a message with a link that expires after thirty minutes.',
  ],
  [
    'technology.infrastructure',
    'After the upgrade the replica fell behind the primary and queries timed out. We moved the write-ahead log to a faster disk and put a connection pool in front of Postgres.',
  ],
  [
    'technology.infrastructure',
    'A server built around an event loop never waits for one client. It asks the operating system which sockets have something to say and goes back to asking; long work stalls every other connection.',
  ],
  [
    'technology.hardware',
    'The board draws three watts from USB. Its microcontroller reads the accelerometer over I2C, and a small voltage regulator next to the capacitor keeps the supply stable.',
  ],
  [
    'science.physics',
    'Two photons leave the crystal with correlated polarisation. Measuring one fixes the outcome for the other, yet no signal travels faster than light between the detectors.',
  ],
  [
    'science.physics',
    'At temperatures close to absolute zero the resistance of the metal vanishes, and magnetic fields are expelled from its interior: it has become a superconductor.',
  ],
  [
    'science.chemistry',
    'Heating the mixture with sulphuric acid removes water and leaves an ester with a fruity smell. The yield improves when an excess of ethanol is used and the product is distilled off.',
  ],
  [
    'science.biology',
    'Mitochondria keep their own small genome, inherited from the mother. Mutations in it accumulate with age and impair the enzymes that make ATP inside the cell.',
  ],
  [
    'science.biology',
    'Octopuses evolved large nervous systems independently of vertebrates. Their arms hold most of the neurons, and each sucker tastes what it touches.',
  ],
  [
    'science.astronomy',
    'The telescope saw the dimming of a red dwarf every eleven days, the signature of a rocky world crossing its disc. Spectra hint at a thin envelope of hydrogen.',
  ],
  [
    'science.astronomy',
    'The probe fired its thrusters to enter orbit around Jupiter after a journey of five years and will pass above the icy crust of Europa.',
  ],
  [
    'science.earth',
    'Glaciologists keep accounts: what the winter adds is accumulation, what the summer takes is ablation. Measurements at stakes drilled into the surface show losses of more than a metre a year.',
  ],
  [
    'science.earth',
    'The plates grind past one another along the fault. When the strain is released the ground shakes for seconds, and aftershocks follow for weeks.',
  ],
  [
    'science.mathematics',
    'Suppose the square root of two were a fraction in lowest terms. Then both numerator and denominator would be even, a contradiction; hence it is irrational.',
  ],
  [
    'science.mathematics',
    'The expected value of the sum is the sum of the expected values, whether or not the random variables are independent. The variance needs their covariance too.',
  ],
  [
    'health.medicine',
    'The trial gave half of the participants the new antibody and half a placebo. After six months tumours had shrunk in forty per cent of those treated; nausea was the most common side effect.',
  ],
  [
    'health.medicine',
    'Diabetes damages small blood vessels in the eye and kidney. Doctors check blood sugar and prescribe insulin when tablets no longer suffice.',
  ],
  [
    'health.mind',
    'People who worry at night often replay the same thought. A therapist may ask them to write it down and to notice the feelings that come with it rather than to fight them.',
  ],
  [
    'health.nutrition',
    'Wholegrains and beans release their carbohydrates slowly, so that hunger returns later. Dieticians advise less salt and saturated fat and more fruit and vegetables every day.',
  ],
  [
    'health.fitness',
    'Warm up with ten squats and a plank. Lift a weight you can move eight times with good form, rest two minutes, and add a little load each week.',
  ],
  [
    'environment.climate',
    'The report warns that without deep cuts in greenhouse gases the planet will be two degrees hotter before the end of the century, with longer heatwaves and rising seas.',
  ],
  [
    'environment.energy',
    'Offshore turbines now deliver electricity more cheaply than gas. The bottleneck is transmission: the grid cannot carry the power south on windy days, so it is curtailed.',
  ],
  [
    'environment.conservation',
    'Rangers counted twelve breeding pairs of the eagle this spring. Poaching has fallen since the reserve was fenced, and rhinos were brought back to the savanna.',
  ],
  [
    'environment.agriculture',
    'Sow beans after the last frost in rich, well-drained earth, water them in the morning, and dig manure into the beds in autumn so that next year’s vegetables thrive.',
  ],
  [
    'environment.pollution',
    'Bottles and bags wash down the river into the sea, where they break into fragments that fish swallow. Sorting household rubbish helps only if somebody buys the recycled material.',
  ],
  [
    'business.finance',
    'Put the emergency fund in a deposit account and the rest into a low-cost fund of shares. Fees compound like interest does, and dividends are taxed in the year they are paid.',
  ],
  [
    'business.economics',
    'The central bank raised rates again because consumer prices grew faster than wages. Economists expect output to shrink for two quarters and joblessness to rise.',
  ],
  [
    'business.management',
    'New supervisors tend to solve problems themselves. Delegate, give feedback weekly, and agree with your staff on what done means before the deadline.',
  ],
  [
    'business.marketing',
    'The company rebranded its shampoo for younger buyers. The posters tested well with shoppers, and sales in supermarkets rose by a fifth after the promotion.',
  ],
  [
    'business.startups',
    'The two entrepreneurs quit their jobs, built a prototype in a garage and pitched to forty venture capitalists before one wrote a cheque.',
  ],
  [
    'society.politics',
    'The opposition won a majority of seats in the lower house. The prime minister offered to resign, and talks about a coalition with the liberals began.',
  ],
  [
    'society.law',
    'The defendant pleaded not guilty. His attorney argued that the evidence had been seized without a warrant, and the jury was told to disregard it.',
  ],
  [
    'society.history',
    'When the legions left Britain, towns shrank and coins fell out of use. Excavations of villas show that walls were robbed for stone in the sixth century.',
  ],
  [
    'society.education',
    'Pupils who were read to at home do better in their first year. The headmaster wants smaller classes and homework that parents can follow.',
  ],
  [
    'society.religion',
    'Aquinas held that reason and revelation cannot contradict each other. Monks copied his treatises, and theologians argued over free will and the soul.',
  ],
  [
    'society.conflict',
    'Shelling continued overnight near the border. Commanders said infantry had withdrawn to the second line while civilians fled in buses.',
  ],
  [
    'arts.literature',
    'Her third novel follows a widow through one winter in Prague. The narrator cannot be trusted, and the prose is as spare as that of her earlier stories.',
  ],
  [
    'arts.music',
    'The quartet played the slow movement almost without vibrato. Between the cello and the viola the theme returns in a minor key before the drums enter.',
  ],
  [
    'arts.film',
    'The camera follows the detective through the hotel in one unbroken shot. The actress plays both sisters, and the sequel opens in cinemas next month.',
  ],
  [
    'arts.visual',
    'He mixed the oil thinly so that the ground shows through in the sky of the landscape. The portrait hangs next to watercolours lent by the museum.',
  ],
  [
    'arts.architecture',
    'The library stands on columns above a square; its stair is lit from the roof, and oak panels line the walls. The city plans housing around it.',
  ],
  [
    'food.cooking',
    'Fry the onions gently until golden, add garlic and cumin, then the lentils and stock, and simmer for half an hour. Serve with lemon and coriander.',
  ],
  [
    'food.baking',
    'Fold the dough every half hour, shape it into a round and let it rise overnight in the fridge. Bake it in a hot pot until the crust is brown.',
  ],
  [
    'food.drinks',
    'The grapes are pressed gently and the must ferments in steel tanks. After a year in the barrel the red has notes of cherry and vanilla.',
  ],
  [
    'food.restaurants',
    'We ordered the tasting menu. The waiter explained each course, the dessert came late, and the bill for two with service was steep.',
  ],
  [
    'travel.destinations',
    'Take the ferry to the old harbour and stay in a guesthouse near the cathedral. In the evening the promenade fills with visitors and street cafés.',
  ],
  [
    'travel.outdoors',
    'The route climbs through larch forest to a pass at 2,600 metres. Snow lies until July; carry a map, warm layers and enough water to reach the refuge.',
  ],
  [
    'travel.transport',
    'The new tram line opens in spring with a service every six minutes. Commuters will change from buses at the central station and leave their cars at the edge of town.',
  ],
  [
    'sport.football',
    'The keeper saved twice before the captain headed in a corner kick. With the win the team moved to second place in the Premier League.',
  ],
  [
    'sport.athletics',
    'She broke the world record in the butterfly by two tenths of a second and won gold, her fourth medal at these Games, ahead of the Australian.',
  ],
  [
    'sport.games',
    'The expansion adds a new island to explore and a dozen bosses. On the handheld the frame rate drops, but the controls are responsive and multiplayer works.',
  ],
  [
    'home.family',
    'Toddlers throw tantrums because they cannot say what they want. Mum and dad should stay calm, hold the boundary and offer a hug afterwards.',
  ],
  [
    'home.pets',
    'Reward the puppy the moment it sits. Most dogs learn to come when called within a week if walks stay short and treats are small.',
  ],
  [
    'home.diy',
    'Turn off the water, unscrew the handle and replace the worn washer. If the pipe under the sink still leaks, wrap the thread with tape and tighten the nut.',
  ],
  [
    'home.crafts',
    'Cast on forty stitches with the wool held double and work in rib until the cuff measures five centimetres. Sew the seams with a blunt needle.',
  ],
  [
    'media.journalism',
    'The paper’s correspondents spent a year with leaked documents. Two editors verified every quote before publication, and lawyers read the front page.',
  ],
  [
    'media.social',
    'A video filmed in another country went viral as if it showed the flood. Fact-checkers flagged it, but by then a million accounts had shared it on Facebook and Twitter.',
  ],
  [
    'media.language',
    'In many dialects the final consonant is dropped, and the plural is marked by the vowel alone. Speakers of the standard pronounce both, as children do when they learn to spell.',
  ],
  [
    null,
    'Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore magna aliqua.',
  ],
  [
    null,
    'It was there, and then again it was not. Some say one thing and others say another. Whatever they said, nobody knew, and in the end it did not matter much at all.',
  ],
  [
    null,
    'Yes, thank you, I got it and will come back to you about this on Monday or Tuesday. See you then, and let me know if anything else comes up.',
  ],
  [null, 'xkqz vbnm wrtp zzyx qwrt plok mjnh bgvf cdxs zaqw erty uiop hjkl vbnm'],
  [
    null,
    'First, second, third, fourth, fifth. One of each, two of some, none of the rest; more or less the same as before, only a bit different this time.',
  ],
  [
    null,
    'Please find attached what we discussed. The other one follows later, as soon as I have it. Kind regards and all the best for the new year.',
  ],
];
