const slim = require("farebox/slim");

import("./estimate.mjs").then(async ({ estimate }) => console.log(JSON.stringify(await estimate(slim))));
