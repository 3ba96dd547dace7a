module.exports = { mode: "production", entry: "./main.mjs", target: "web" };
