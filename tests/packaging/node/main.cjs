const farebox = require("farebox");

import("./check.mjs").then(async ({ check }) => console.log(JSON.stringify(await check(farebox, process.argv[2]))));
