import { category } from './category.ts';

export const TECHNOLOGY = category(
  'technology',
  'Technology',
  'Computers, software, networks and the engineering of information systems.',
  'technology, computer, software, digital, system',
  'How computers changed the office|Software giant releases a new version|Chip maker and phone company announce a partnership|New gadgets at the electronics show',
  [
    category(
      'technology.programming',
      'Programming',
      'Writing software: programming languages, libraries, tools for developers, testing, debugging and version control.',
      'programming, code, function, compiler, javascript, python, java, perl, ruby, rust, library, module, debugging, refactoring, developer, api, class, widget, syntax, parser, git, framework, toolkit, source code, bindings',
      'How closures work in JavaScript|Writing unit tests that stay useful|A library of data structures for C++|Python bindings and modules|Application crashes when a window is redrawn: which event do I handle?|Merging branches in Git|A parser generator with typed syntax trees|Development headers and static library|Which graphics file format and rendering algorithm to use in a program|Functional programming in Haskell|A web framework and its templates|Open source project releases version 2.0',
    ),
    category(
      'technology.artificial-intelligence',
      'Artificial intelligence',
      'Machine learning, neural networks, language models, computer vision and data science.',
      'machine learning, neural network, language model, training data, dataset, deep learning, artificial intelligence, classifier, embedding, transformer, chatbot, computer vision, speech recognition, reinforcement learning, gradient',
      'Training a classifier on few examples|What attention does in a transformer|Recognising faces and objects in pictures|Chatbots that answer customers|Predicting with gradient-boosted trees|A robot that learns by trial and error|Speech recognition with recurrent networks|Bias in training data',
    ),
    category(
      'technology.security',
      'Computer security',
      'Protecting accounts, data and networks: passwords, authentication, encryption, malware, spam and vulnerabilities.',
      'security, password, encryption, cryptography, cipher, key, vulnerability, authentication, malware, virus, worm, spyware, hacker, login, privacy, phishing, firewall, exploit, patch, wiretap, decrypt',
      'Recovering an account after a lost password|How public-key encryption works|Virus spreads by email attachments|A flaw in the browser lets attackers run code|Government wants keys to encrypted telephones|Phishing sites steal bank details|Scanning a network for intruders|Secret keys, ciphers and wiretapping|Spam and spyware on home computers',
    ),
    category(
      'technology.infrastructure',
      'Servers and networks',
      'Operating systems, servers, databases, cloud computing, networks, system administration and keeping computers running.',
      'server, database, network, cloud, linux, unix, windows, operating system, deployment, protocol, cache, latency, container, threads, daemon, kernel, ethernet, broadband, tcp, sql, driver, backup, install, configuration, router, dns, filesystem',
      'Tuning a database index|What happens when a server runs out of memory|Windows will not start after a driver was installed|A daemon that serves files over the network|Broadband reaches rural homes|Moving to the cloud without downtime|Installing and configuring Linux|A mail server and its queue|Mobile networks and internet telephony|Backing up a file system every night|Fonts, memory and settings in Windows|Monitoring hosts and services',
    ),
    category(
      'technology.hardware',
      'Hardware and electronics',
      'Computers and their parts, phones and gadgets, processors, circuits, radio, sensors, robots and electronic engineering.',
      'hardware, processor, chip, circuit, sensor, robot, electronics, battery, semiconductor, motherboard, disk drive, scsi, ram, monitor, video card, modem, laptop, mac, voltage, amplifier, antenna, radio, smartphone, gadget, printer, keyboard, cpu, controller, bus',
      'Inside a modern processor|Building a robot arm from spare motors|Which hard disk and controller card to buy|Monitor flickers with the new video card|Adding memory to an old Macintosh|A circuit that measures voltage and current|The new phone has a better camera and screen|Chip maker opens a factory|An antenna for amateur radio|Designing printed circuit boards|Serial ports, cables and connectors|Portable music players and handheld gadgets',
    ),
  ],
);
