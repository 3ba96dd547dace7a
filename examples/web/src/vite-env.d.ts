declare module "*.css";

/** The part of the catalogue that is shown, cut out of it by the build: the kernel has the whole. */
declare module "virtual:catalogue" {
  export interface ShownModel {
    id: string;
    provider: string;
    aliases: string[];
    /** Whether a public tokenizer counts for it. */
    counted: boolean;
    inputLimit: number;
    efforts: import("farebox").Effort[];
    sheets: {
      from?: string;
      lanes: import("farebox").ServiceTier[];
      /** Input tokens above which the whole request costs more. */
      cliff?: number;
    }[];
  }
  export const checkedOn: string;
  export const ladders: { name: string; rungs: string[] }[];
  export const models: ShownModel[];
}
