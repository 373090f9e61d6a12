process.send("ready");
