/** A worker's program that never says that it is ready. */
setInterval(() => {}, 1000);
