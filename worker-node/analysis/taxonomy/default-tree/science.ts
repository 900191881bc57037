import { category } from './category.ts';

export const SCIENCE = category(
  'science',
  'Science',
  'The study of nature: physics, chemistry, biology, astronomy, earth science and mathematics.',
  'science, research, experiment, theory, scientist',
  'How scientific discoveries are made|Scientists publish a surprising result|Nobel prize for researchers|Laboratory funding is cut',
  [
    category(
      'science.physics',
      'Physics',
      'Matter, energy, forces, particles, light, quantum mechanics and relativity.',
      'physics, quantum, particle, electron, relativity, atom, wave, momentum, photon, laser, gravity, magnetic field, collider, superconductor, physicist, thermodynamics',
      'What quantum entanglement is and is not|Why light bends in water|A new particle at the collider|Simulating the flow of a fluid|Lasers cool atoms close to absolute zero|Measuring the mass of the neutrino|Superconductors and magnets|The physics of a spinning top',
    ),
    category(
      'science.chemistry',
      'Chemistry and materials',
      'Molecules, reactions, compounds, catalysts and the properties of materials.',
      'chemistry, molecule, reaction, compound, catalyst, acid, polymer, crystal, bond, chemist, solvent, oxide, nanotube, alloy, molecular, synthesis',
      'How catalysts speed up reactions|A new polymer that heals itself|Drawing and viewing molecular structures|The periodic table and its newest elements|Carbon nanotubes and graphene|Why steel rusts|Crystals grown in the laboratory|Simulating the dynamics of molecules',
    ),
    category(
      'science.biology',
      'Biology',
      'Living organisms: cells, genes, evolution, animals, plants, microbes and fossils.',
      'biology, cell, gene, genome, species, evolution, dna, protein, organism, bacteria, stem cells, cloning, fossil, dinosaur, sequence, sequencing, biologist, mutation, insect',
      'How cells copy their DNA|The evolution of flight in birds|Aligning genome sequences|A fossil of an unknown dinosaur|Scientists clone an animal|Stem cells from embryos|Bacteria that live in hot springs|How bees find their way|Ancient human ancestors found in a cave',
    ),
    category(
      'science.astronomy',
      'Astronomy and space',
      'Stars, planets, galaxies, telescopes, rockets, satellites and the exploration of space.',
      'astronomy, star, planet, galaxy, telescope, orbit, space, moon, rocket, spacecraft, universe, nasa, shuttle, satellite, mars, astronaut, launch, comet, solar system, saturn, lunar, probe, asteroid',
      'How planets form around young stars|A lander touches down on the Moon|NASA delays the launch of the shuttle|A probe sends pictures of Saturn and its moons|Rovers find signs of water on Mars|Who pays for a space station|Private rocket reaches space|Hubble telescope sees distant galaxies|The orbit of a comet',
    ),
    category(
      'science.earth',
      'Earth science',
      'Geology, oceans, glaciers, volcanoes, earthquakes, hurricanes, rivers, weather and the atmosphere.',
      'geology, ocean, glacier, volcano, earthquake, hurricane, tsunami, storm, ice, river, atmosphere, sediment, weather, flood, seismic, typhoon, map, meteorology, geographic',
      'Why glaciers retreat|How volcanoes are watched|Hurricane nears the coast|Strong earthquake shakes the island|Drawing maps from geographic data|How rivers carry sediment|The weather forecast and its models|Tsunami warning in the Pacific',
    ),
    category(
      'science.mathematics',
      'Mathematics',
      'Numbers, geometry, algebra, proofs, probability, statistics and logic.',
      'mathematics, theorem, proof, equation, algebra, geometry, probability, statistics, number, matrix, polynomial, linear algebra, prime, calculus, graph theory, integer, numerical, statistical, solver, arithmetic',
      'A short proof that primes never end|Bayesian statistics in plain words|A computer algebra system|Solving linear equations with sparse matrices|Proof assistant for logic and set theory|Plotting functions and fitting curves|Statistical tests in R|Optimisation and linear programming|Geometry of polygons and spheres',
    ),
  ],
);
