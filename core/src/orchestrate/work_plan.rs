//! The planner's answer as a typed plan: steps that know what they need and when they are done.
//!
//! A plan is believed only once it is proved to end: every name it uses is known, no step waits
//! for itself through others, and both its length and its longest chain are within the limits.
//! What is wrong with a plan is said in words the planner can act on.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::settings::RunLimits;
use crate::error::{Error, ErrorKind};
use crate::json::{self, object};
use crate::request::WorkKind;
use crate::sorted::SortedSet;

/// Steps towards a goal, in the planner's order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkPlan {
    /// The steps.
    pub steps: Vec<WorkStep>,
    /// The final answer itself, where the goal needs no steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

/// One step of a [`WorkPlan`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkStep {
    /// Its name, of its own within the run.
    pub id: String,
    /// The kind of work, which decides how it is routed.
    pub kind: WorkKind,
    /// What is to be done, complete in itself.
    pub instruction: String,
    /// What it is given: names of materials, of earlier steps whose results it needs, or
    /// [`GOAL`](Self::GOAL).
    #[serde(default)]
    pub inputs: Vec<String>,
    /// Steps that must be done before, though it is not given their results.
    #[serde(default)]
    pub after: Vec<String>,
    /// What makes a result acceptable, in words a checker can apply to the result alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acceptance: Option<String>,
}

/// What a plan may refer to, and how large it may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'a> {
    /// Names of materials.
    pub(super) materials: &'a SortedSet<String>,
    /// Steps of earlier plans whose results are there.
    pub(super) done: &'a SortedSet<String>,
    /// Steps of earlier plans, done or not; their names are taken.
    pub(super) taken: &'a SortedSet<String>,
    /// Limits of the run; `max_steps` less the steps already planned.
    pub(super) limits: RunLimits,
}

impl WorkStep {
    /// The input that stands for the goal's own words.
    pub const GOAL: &str = "goal";

    /// Steps and materials it refers to, inputs first.
    fn references(&self) -> impl Iterator<Item = &String> {
        self.inputs.iter().chain(&self.after)
    }
}

impl WorkPlan {
    /// The schema of a plan, strict enough for providers that hold an answer to it.
    pub fn schema() -> Value {
        let kinds: Vec<Value> = KINDS.iter().map(|kind| json::value(kind)).collect();
        let text = object! { "type" => "string" };
        let text_or_none = object! { "type" => ["string", "null"] };
        let names = object! { "type" => "array", "items" => text };
        let step = object! {
            "type" => "object",
            "additionalProperties" => false,
            "required" => ["id", "kind", "instruction", "inputs", "after", "acceptance"],
            "properties" => object! {
                "id" => text,
                "kind" => object! { "type" => "string", "enum" => kinds },
                "instruction" => text,
                "inputs" => names,
                "after" => names,
                "acceptance" => text_or_none,
            },
        };
        object! {
            "type" => "object",
            "additionalProperties" => false,
            "required" => ["steps", "answer"],
            "properties" => object! {
                "steps" => object! { "type" => "array", "items" => step },
                "answer" => text_or_none,
            },
        }
    }

    /// Reads the planner's words, and proves that the plan ends within its limits.
    ///
    /// # Errors
    ///
    /// `malformed_response`: no JSON of the schema, a name that is empty, used twice or unknown,
    /// steps that wait for each other, more steps or a longer chain than allowed, or nothing.
    pub(super) fn parse(text: &str, frame: Frame<'_>) -> Result<Self, Error> {
        let plan: Self = json::parse_as(without_fence(text).as_bytes())
            .map_err(|error| malformed(format!("the plan is not JSON of its schema: {error}")))?;
        plan.check_names(frame)?;
        plan.check_order(frame)?;
        Ok(plan)
    }

    fn check_names(&self, frame: Frame<'_>) -> Result<(), Error> {
        let answered = self.answer.as_ref().is_some_and(|answer| !answer.trim().is_empty());
        if self.steps.is_empty() && !answered {
            return Err(malformed("the plan holds neither steps nor an answer"));
        }
        let limit = frame.limits.max_steps as usize;
        if self.steps.len() > limit {
            let count = self.steps.len();
            return Err(malformed(format!("the plan has {count} steps, at most {limit} are left"))
                .with("steps", count)
                .with("maxSteps", limit));
        }
        let mut own = SortedSet::default();
        for step in &self.steps {
            let id = step.id.as_str();
            if id.trim().is_empty() || step.instruction.trim().is_empty() {
                return Err(malformed("a step needs an id and an instruction")
                    .with("step", step.id.clone()));
            }
            if id == WorkStep::GOAL || frame.materials.contains(id) || frame.taken.contains(id) {
                return Err(malformed(format!("the step id `{id}` is taken")).with("step", id));
            }
            if !own.insert(id) {
                return Err(malformed(format!("two steps are called `{id}`")).with("step", id));
            }
        }
        for step in &self.steps {
            let is_known = |name: &String| own.contains(name.as_str()) || frame.done.contains(name);
            let is_given = |name: &String| {
                is_known(name) || name == WorkStep::GOAL || frame.materials.contains(name)
            };
            let unknown = step.inputs.iter().find(|name| !is_given(name));
            if let Some(name) = unknown.or_else(|| step.after.iter().find(|name| !is_known(name))) {
                let id = &step.id;
                return Err(malformed(format!(
                    "step `{id}` needs `{name}`, which is nothing known"
                ))
                .with("step", id.clone())
                .with("needs", name.clone()));
            }
        }
        Ok(())
    }

    /// Takes away, round by round, the steps that wait for none that is left; the rounds are the
    /// depth of the plan, and what can never be taken away waits for itself.
    fn check_order(&self, frame: Frame<'_>) -> Result<(), Error> {
        let mut left: Vec<&WorkStep> = self.steps.iter().collect();
        let mut depth: u32 = 0;
        while !left.is_empty() {
            let ids: SortedSet<&str> = left.iter().map(|step| step.id.as_str()).collect();
            let waits = |step: &WorkStep| step.references().any(|name| ids.contains(name.as_str()));
            let waiting: Vec<&WorkStep> = left.iter().copied().filter(|step| waits(step)).collect();
            if waiting.len() == left.len() {
                let names: Vec<String> =
                    on_a_cycle(&left).iter().map(|id| format!("`{id}`")).collect();
                return Err(malformed(format!("steps wait for each other: {}", names.join(", "))));
            }
            left = waiting;
            depth += 1;
        }
        let limit = frame.limits.max_depth;
        if depth > limit {
            return Err(malformed(format!(
                "the plan's longest chain is {depth} steps, at most {limit} are allowed"
            ))
            .with("depth", depth)
            .with("maxDepth", limit));
        }
        Ok(())
    }
}

/// The steps of one cycle, among steps of which each waits for another of them.
fn on_a_cycle<'a>(steps: &[&'a WorkStep]) -> Vec<&'a str> {
    let mut path: Vec<&str> = vec![];
    let mut next = steps.first().copied();
    while let Some(step) = next {
        if let Some(start) = path.iter().position(|id| *id == step.id) {
            return path.split_off(start);
        }
        path.push(&step.id);
        next = step
            .references()
            .find_map(|name| steps.iter().find(|other| other.id == *name))
            .copied();
    }
    path
}

/// The text inside a fence of three backticks, which models without structured output put around
/// JSON; any other text as it is.
fn without_fence(text: &str) -> &str {
    let text = text.trim();
    let inside = text
        .strip_prefix("```")
        .and_then(|text| text.strip_suffix("```"))
        .and_then(|text| text.split_once('\n'));
    inside.map_or(text, |(_, body)| body)
}

pub(super) fn malformed(message: impl ToString) -> Error {
    Error::new(ErrorKind::MalformedResponse, message.to_string())
}

/// Every kind of work a step can be, in the order the planner is shown.
const KINDS: &[WorkKind] = &[
    WorkKind::BulkClassification,
    WorkKind::BulkExtraction,
    WorkKind::BulkRouting,
    WorkKind::CodeBoilerplate,
    WorkKind::CodeDebug,
    WorkKind::CodeReview,
    WorkKind::HardReasoning,
    WorkKind::Research,
    WorkKind::Rewrite,
    WorkKind::WorkerStep,
];
