// Light or dark: the system's wish, until the visitor says otherwise.
import { one } from "./dom";

const key = "farebox-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

export function startTheme(): void {
  const button = one("theme");
  button.addEventListener("click", () => {
    const wanted = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = wanted;
    try {
      if ((wanted === "dark") === system.matches) localStorage.removeItem(key);
      else localStorage.setItem(key, wanted);
    } catch {
      // A page that may store nothing forgets the choice.
    }
    label();
  });
  system.addEventListener("change", label);
  label();
}

function isDark(): boolean {
  const { theme } = document.documentElement.dataset;
  return theme ? theme === "dark" : system.matches;
}

function label(): void {
  one("theme").setAttribute("aria-label", isDark() ? "Use light colours" : "Use dark colours");
}
