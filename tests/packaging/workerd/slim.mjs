import * as slim from "farebox/slim";
import vocabulary from "o200k_base.vocab";
import { estimate } from "./estimate.mjs";

export default {
  async fetch() {
    try {
      // There are no files here: what is asked for is handed in.
      const preload = () => slim.loadVocabulary("o200k_base", vocabulary);
      return Response.json(await estimate({ ...slim, preload }));
    } catch (error) {
      return Response.json({ error: String(error?.stack ?? error) });
    }
  },
};
