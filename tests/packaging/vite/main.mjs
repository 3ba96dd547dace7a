import * as farebox from "farebox";
import { check } from "./check.mjs";

globalThis.result = await check(farebox);
