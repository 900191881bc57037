/** A process that does nothing: the delay of its event loop is that of the machine. */
setInterval(() => undefined, 1_000_000);
