import * as slim from "farebox/slim";
import { estimate } from "./estimate.mjs";

console.log(JSON.stringify(await estimate(slim)));
