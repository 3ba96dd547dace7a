//! The caller's own tools, run as the model asks for them, until it answers.

use std::collections::BTreeMap;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use farebox_core::call::AnswerToolCall;
use farebox_core::error::ErrorKind;
use farebox_core::money::Pusd;
use farebox_core::provider::{ToolOutput, follow_up};
use farebox_core::request::{Api, Request, Tool};
use serde_json::Value;

use crate::client::{Client, Failure, Reply, name};

/// Tools of the caller's own.
///
/// ```no_run
/// use farebox::{Client, Request, ToolLimits, Tools};
/// use serde_json::json;
///
/// # async fn example(client: Client) -> Result<(), Box<farebox::Failure>> {
/// let schema = json!({ "type": "object", "properties": { "city": { "type": "string" } } });
/// let tools = Tools::new().function("weather", "The weather in a city", schema, |arguments| async move {
///     Ok(json!({ "city": arguments["city"], "sky": "clear" }))
/// });
/// let request = Request::new().user("Is it raining in Paris?");
/// let run = client.run_tools(request, &tools, ToolLimits::default()).await?;
/// println!("{} for ${}", run.reply.answer.text, run.cost);
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
pub struct Tools {
    tools: Vec<Own>,
}

struct Own {
    tool: Tool,
    name: String,
    run: Box<dyn Fn(Value) -> Running + Send + Sync>,
}

type Running = Pin<Box<dyn Future<Output = Result<Value, String>> + Send>>;

/// When to stop though the model wants more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToolLimits {
    /// The most answers to ask for.
    pub max_steps: u32,
    /// The most all of them may cost, in their worst case.
    pub max_cost: Option<Pusd>,
    /// How often the same tool may be called with the same arguments.
    pub max_repetitions: u32,
}

impl Default for ToolLimits {
    fn default() -> Self {
        Self { max_steps: 12, max_cost: None, max_repetitions: 3 }
    }
}

/// How a conversation with tools went.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolRun {
    /// The last answer, with its own receipt.
    pub reply: Reply,
    /// The request that would come next: what was asked, answered and found out so far.
    pub request: Request,
    /// Why it ended.
    pub ended: ToolEnd,
    /// How many answers were asked for.
    pub steps: u32,
    /// What all of them cost, attempts whose bill is not known at their worst.
    pub cost: Pusd,
}

/// Why a conversation with tools ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ToolEnd {
    /// The model answered.
    Answered,
    /// The next answer does not fit what all may cost.
    Cost,
    /// The model kept calling the same tool with the same arguments.
    Repetition,
    /// As many answers were asked for as may be.
    Steps,
}

impl Tools {
    /// No tools yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a function with the JSON schema of its arguments. What it returns, or the words of its
    /// failure, is what the model sees.
    #[must_use]
    pub fn function<F>(
        mut self,
        name: &str,
        description: &str,
        parameters: Value,
        run: impl Fn(Value) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<Value, String>> + Send + 'static,
    {
        let tool = Tool::Function {
            name: name.into(),
            description: Some(description.into()),
            parameters: Some(parameters),
            strict: None,
        };
        let run = Box::new(move |arguments| -> Running { Box::pin(run(arguments)) });
        self.tools.push(Own { tool, name: name.into(), run });
        self
    }

    /// Begins to run a call; a tool that is none, or arguments that are no JSON, fail at once.
    fn start(&self, call: &AnswerToolCall) -> Running {
        let Some(own) = self.tools.iter().find(|own| own.name == call.name) else {
            let message = format!("there is no tool `{}`", call.name);
            return Box::pin(async move { Err(message) });
        };
        let text = if call.arguments.trim().is_empty() { "{}" } else { &call.arguments };
        match serde_json::from_str(text) {
            Ok(arguments) => (own.run)(arguments),
            Err(error) => {
                let message = format!("the arguments are no JSON: {error}");
                Box::pin(async move { Err(message) })
            }
        }
    }

    async fn run(&self, calls: &[AnswerToolCall], parallel: bool) -> Vec<ToolOutput> {
        let mut outputs = Vec::new();
        if parallel {
            let running = calls.iter().map(|call| self.start(call)).collect();
            let results = join(running).await;
            outputs.extend(calls.iter().zip(results).map(|(call, result)| output(call, result)));
        } else {
            for call in calls {
                let result = self.start(call).await;
                outputs.push(output(call, result));
            }
        }
        outputs
    }
}

impl Client {
    /// Asks, runs the tools that are called, and asks again with what they gave back, until the
    /// model answers or a limit is reached; calls of one answer run at the same time unless the
    /// request forbids several.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), for any of the answers.
    pub async fn run_tools(
        &self,
        request: Request,
        tools: &Tools,
        limits: ToolLimits,
    ) -> Result<ToolRun, Box<Failure>> {
        let mut request = request;
        // Thoughts that are sent back are read by their own provider alone.
        request.hints.thread.get_or_insert_with(name);
        if request.native.is_none() {
            request.tools.extend(tools.tools.iter().map(|own| own.tool.clone()));
        }
        let (mut cost, mut steps) = (Pusd::ZERO, 0);
        let mut seen: BTreeMap<(String, String), u32> = BTreeMap::new();
        let mut last: Option<Reply> = None;
        let mut receipts = Vec::new();
        loop {
            let mut policy = self.policy().clone();
            if let Some(most) = limits.max_cost {
                let left = most.checked_sub(cost).unwrap_or(Pusd::ZERO);
                policy.max_cost = Some(policy.max_cost.map_or(left, |own| own.min(left)));
            }
            let reply = match self.call(&request, &policy, name()) {
                Ok(flow) => match flow.finish().await {
                    Ok(reply) => reply,
                    Err(failure) => return Err(failure.after(receipts)),
                },
                Err(error) => match last {
                    Some(reply) if error.kind == ErrorKind::OverBudget => {
                        return Ok(ToolRun { reply, request, ended: ToolEnd::Cost, steps, cost });
                    }
                    _ => return Err(Failure::unsent(error).after(receipts)),
                },
            };
            steps += 1;
            let spent = reply.receipt.cost.saturating_add(reply.receipt.unsettled);
            cost = cost.saturating_add(spent);
            receipts.push(reply.receipt.clone());
            let calls = reply.answer.tool_calls.clone();
            if calls.is_empty() {
                return Ok(ToolRun { reply, request, ended: ToolEnd::Answered, steps, cost });
            }
            let mut is_repeated = false;
            for call in &calls {
                let times = seen.entry((call.name.clone(), call.arguments.clone())).or_default();
                *times += 1;
                is_repeated |= *times > limits.max_repetitions;
            }
            let ended = match () {
                () if is_repeated => Some(ToolEnd::Repetition),
                () if steps >= limits.max_steps => Some(ToolEnd::Steps),
                () => None,
            };
            if let Some(ended) = ended {
                return Ok(ToolRun { reply, request, ended, steps, cost });
            }
            let outputs = tools.run(&calls, request.parallel_tool_calls != Some(false)).await;
            request = follow_up(&request, &reply.answer, api_of(&reply), &outputs, None);
            last = Some(reply);
        }
    }
}

/// The format an answer came in.
pub(crate) fn api_of(reply: &Reply) -> Api {
    let rungs = &reply.quote.plan.rungs;
    let answered = rungs.iter().find(|rung| Some(&rung.arm.model) == reply.receipt.model.as_ref());
    answered.or(rungs.first()).map_or(Api::Responses, |rung| rung.api)
}

fn output(call: &AnswerToolCall, result: Result<Value, String>) -> ToolOutput {
    let is_error = result.is_err();
    let output = match result {
        Ok(Value::String(text)) | Err(text) => text,
        Ok(value) => value.to_string(),
    };
    ToolOutput { call_id: call.call_id.clone(), output, is_error }
}

/// Waits for all of them at the same time.
async fn join(mut running: Vec<Running>) -> Vec<Result<Value, String>> {
    let mut results: Vec<Option<Result<Value, String>>> = running.iter().map(|_| None).collect();
    poll_fn(|cx| {
        for (run, result) in running.iter_mut().zip(&mut results) {
            if result.is_none()
                && let Poll::Ready(done) = run.as_mut().poll(cx)
            {
                *result = Some(done);
            }
        }
        if results.iter().all(Option::is_some) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    results.into_iter().flatten().collect()
}

impl fmt::Debug for Tools {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.tools.iter().map(|own| &own.name)).finish()
    }
}
