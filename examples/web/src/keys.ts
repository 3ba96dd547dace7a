// Keys whose reach is longer than what the editor has drawn: a browser by itself would stop at the edge.
import { EditorSelection, type SelectionRange } from "@codemirror/state";
import type { Command, EditorView, KeyBinding } from "@codemirror/view";

type Motion = (view: EditorView, range: SelectionRange) => SelectionRange;

function moves(motion: Motion): { run: Command; shift: Command } {
  const command = (extend: boolean): Command => (view) => {
    const ranges = view.state.selection.ranges.map((range) => {
      const to = motion(view, range);
      return extend ? EditorSelection.range(range.anchor, to.head, to.goalColumn) : EditorSelection.cursor(to.head, to.assoc, undefined, to.goalColumn);
    });
    view.dispatch({ selection: EditorSelection.create(ranges), scrollIntoView: true, userEvent: "select" });
    return true;
  };
  return { run: command(false), shift: command(true) };
}

function page(forward: boolean): Motion {
  return (view, range) => view.moveVertically(range, forward, Math.max(view.defaultLineHeight, view.scrollDOM.clientHeight - view.defaultLineHeight));
}

const start = moves(() => EditorSelection.cursor(0));
const end = moves((view) => EditorSelection.cursor(view.state.doc.length));

/** Takes away what is selected; with nothing selected the browser knows what a character or a word is. */
const takeSelected: Command = (view) => {
  if (view.state.selection.main.empty) return false;
  view.dispatch({ ...view.state.replaceSelection(""), scrollIntoView: true, userEvent: "delete.selection" });
  return true;
};

const breakLine: Command = (view) => {
  view.dispatch({ ...view.state.replaceSelection("\n"), scrollIntoView: true, userEvent: "input" });
  return true;
};

export const keys: readonly KeyBinding[] = [
  { key: "Mod-a", run: ({ state, dispatch }) => (dispatch({ selection: { anchor: 0, head: state.doc.length }, userEvent: "select" }), true) },
  { key: "Mod-Home", ...start },
  { key: "Mod-End", ...end },
  { mac: "Cmd-ArrowUp", ...start },
  { mac: "Cmd-ArrowDown", ...end },
  { key: "PageUp", ...moves(page(false)) },
  { key: "PageDown", ...moves(page(true)) },
  { key: "ArrowUp", ...moves((view, range) => view.moveVertically(range, false)) },
  { key: "ArrowDown", ...moves((view, range) => view.moveVertically(range, true)) },
  { key: "Backspace", run: takeSelected },
  { key: "Delete", run: takeSelected },
  { key: "Enter", run: breakLine, shift: breakLine },
];
