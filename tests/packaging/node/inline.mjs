import * as farebox from "farebox/inline";
import { check } from "./check.mjs";

console.log(JSON.stringify(await check(farebox)));
