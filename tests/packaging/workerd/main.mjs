import * as farebox from "farebox";
import vocabulary from "o200k_base.vocab";
import { check } from "./check.mjs";

export default {
  async fetch(_request, { EMULATOR }) {
    try {
      await farebox.loadVocabulary("o200k_base", vocabulary);
      return Response.json(await check(farebox, EMULATOR));
    } catch (error) {
      return Response.json({ error: String(error?.stack ?? error) });
    }
  },
};
