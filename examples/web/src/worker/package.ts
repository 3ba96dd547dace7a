// What the worker uses of the package, so that a build leaves out the rest.
export { Farebox, LiveCount, preload } from "farebox";
