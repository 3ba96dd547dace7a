import * as farebox from "farebox";
import { check } from "./check.mjs";

console.log(JSON.stringify(await check(farebox, process.argv[2])));
