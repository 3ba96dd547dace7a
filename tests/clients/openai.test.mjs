// The official npm client's ordinary calls against the emulator.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import OpenAI from 'openai';
import { startEmulator } from './emulator.mjs';

let emulator;
let openai;
const tool = {
  type: 'function',
  name: 'get_weather',
  description: 'The weather in a city.',
  strict: true,
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  },
};
const schema = {
  type: 'object',
  properties: {
    severity: { type: 'string', enum: ['low', 'high'] },
    files: { type: 'array', items: { type: 'string' } },
    lines: { type: 'integer', minimum: 10 },
  },
  required: ['severity', 'files', 'lines'],
  additionalProperties: false,
};

before(async () => {
  emulator = await startEmulator({ keys: ['sk-check'] });
  openai = new OpenAI({ apiKey: 'sk-check', baseURL: `${emulator.baseUrl}/v1`, maxRetries: 0 });
});
after(() => emulator.stop());

async function lastLine() {
  return (await emulator.control('bill')).lines.at(-1);
}

test('responses.create', async () => {
  const response = await openai.responses.create({ model: 'gpt-5.4-mini', input: 'Name a river.' });
  assert.equal(response.status, 'completed');
  assert.ok(response.output_text.length > 0);
  assert.ok(response._request_id.startsWith('req_'));
  const line = await lastLine();
  assert.equal(response.usage.input_tokens, line.input_tokens);
  assert.equal(response.usage.output_tokens, line.output_tokens);
});

test('responses.create as a stream', async () => {
  const stream = await openai.responses.create({
    model: 'gpt-5',
    input: 'Name a river.',
    reasoning: { effort: 'low', summary: 'auto' },
    stream: true,
  });
  let text = '';
  let completed;
  for await (const event of stream) {
    if (event.type === 'response.output_text.delta') text += event.delta;
    if (event.type === 'response.completed') completed = event.response;
  }
  assert.equal(completed.output.at(-1).content[0].text, text);
  assert.equal(completed.usage.output_tokens_details.reasoning_tokens, 128);
});

test('responses.stream folds to the same answer', async () => {
  const stream = openai.responses.stream({ model: 'gpt-5.4', input: 'Name a river.' });
  let deltas = '';
  stream.on('response.output_text.delta', (event) => (deltas += event.delta));
  const final = await stream.finalResponse();
  assert.equal(final.output_text, deltas);
});

test('responses with a tool and its result', async () => {
  const input = [{ role: 'user', content: 'What is the weather in Lisbon?' }];
  const request = { model: 'gpt-5.4', tools: [tool], input };
  const stream = openai.responses.stream(request);
  const first = await stream.finalResponse();
  const call = first.output.find((item) => item.type === 'function_call');
  assert.deepEqual(JSON.parse(call.arguments), { city: 'Lisbon' });
  const output = { type: 'function_call_output', call_id: call.call_id, output: '18 degrees' };
  const second = await openai.responses.create({
    model: 'gpt-5.4',
    previous_response_id: first.id,
    input: [output],
  });
  assert.match(second.output_text, /18 degrees/);
  assert.equal((await openai.responses.retrieve(second.id)).id, second.id);
  await openai.responses.delete(second.id);
  await assert.rejects(openai.responses.retrieve(second.id), OpenAI.NotFoundError);
});

test('responses with a schema', async () => {
  const response = await openai.responses.parse({
    model: 'gpt-5.4',
    input: 'Judge the change in parser.rs',
    text: { format: { type: 'json_schema', name: 'verdict', strict: true, schema } },
  });
  const value = response.output_parsed ?? JSON.parse(response.output_text);
  assert.ok(['low', 'high'].includes(value.severity));
  assert.ok(Number.isInteger(value.lines) && value.lines >= 10);
});

test('responses.inputTokens.count agrees with the bill', async () => {
  const request = { model: 'gpt-5.4', input: 'How long is a piece of string?', tools: [tool] };
  const count = await openai.responses.inputTokens.count(request);
  const response = await openai.responses.create({ ...request, tool_choice: 'none' });
  assert.equal(count.input_tokens, response.usage.input_tokens);
});

test('chat.completions.create', async () => {
  const completion = await openai.chat.completions.create({
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'Name a river.' }],
  });
  assert.equal(completion.choices[0].finish_reason, 'stop');
  assert.equal(completion.usage.prompt_tokens, 11);
});

test('chat.completions as a stream with usage', async () => {
  const stream = await openai.chat.completions.create({
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'Name a river.' }],
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = '';
  let usage;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta?.content ?? '';
    usage = chunk.usage ?? usage;
  }
  assert.ok(text.length > 0);
  assert.equal(usage.completion_tokens, (await lastLine()).output_tokens);
});

test('chat.completions.runTools', async () => {
  const asked = [];
  const runner = openai.chat.completions.runTools({
    model: 'gpt-5.4',
    messages: [{ role: 'user', content: 'What is the weather in Lisbon?' }],
    stream: true,
    tools: [
      {
        type: 'function',
        function: {
          ...{ name: tool.name, description: tool.description, parameters: tool.parameters },
          parse: JSON.parse,
          function: ({ city }) => (asked.push(city), '18 degrees'),
        },
      },
    ],
  });
  assert.match(await runner.finalContent(), /18 degrees/);
  assert.deepEqual(asked, ['Lisbon']);
});

test('chat.completions.parse with a schema', async () => {
  const completion = await openai.chat.completions.parse({
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'Judge the change in parser.rs' }],
    response_format: { type: 'json_schema', json_schema: { name: 'verdict', strict: true, schema } },
  });
  assert.ok(JSON.parse(completion.choices[0].message.content).lines >= 10);
});

test('a refusal and a length finish', async () => {
  await emulator.control('script', {
    answers: [{ when: { contains: 'forbidden' }, refusal: 'I cannot help with that.' }],
  });
  const stream = openai.responses.stream({ model: 'gpt-5.4', input: 'forbidden' });
  const final = await stream.finalResponse();
  assert.equal(final.output[0].content[0].refusal, 'I cannot help with that.');
  const short = await openai.responses.create({
    model: 'gpt-5.4',
    input: 'Name a river.',
    max_output_tokens: 16,
  });
  assert.equal(short.status, 'incomplete');
  assert.equal(short.incomplete_details.reason, 'max_output_tokens');
  assert.equal(short.usage.output_tokens, 16);
});

test('models', async () => {
  const ids = [];
  for await (const model of openai.models.list()) ids.push(model.id);
  assert.ok(ids.includes('gpt-5.4-nano'));
  assert.equal((await openai.models.retrieve('gpt-5.4')).id, 'gpt-5.4');
});

test('errors have their classes', async () => {
  const call = (fault, model = 'gpt-5.4') =>
    openai.responses.create(
      { model, input: 'Name a river.' },
      { headers: fault ? { 'x-emulator-fault': fault } : {} },
    );
  await assert.rejects(call('rate_limit'), OpenAI.RateLimitError);
  await assert.rejects(call('insufficient_quota'), { code: 'insufficient_quota' });
  await assert.rejects(call('overloaded'), OpenAI.InternalServerError);
  await assert.rejects(call('forbidden'), OpenAI.PermissionDeniedError);
  await assert.rejects(call(null, 'gpt-nope'), { code: 'model_not_found', status: 400 });
  const stranger = new OpenAI({ apiKey: 'sk-wrong', baseURL: `${emulator.baseUrl}/v1` });
  await assert.rejects(stranger.models.list(), OpenAI.AuthenticationError);
});

test('its retries are seen', async () => {
  await emulator.control('reset', {});
  await emulator.control('script', { faults: ['rate_limit; retry_after_ms=10', 'status=503; retry_after_ms=10'] });
  const patient = new OpenAI({ apiKey: 'sk-check', baseURL: `${emulator.baseUrl}/v1`, maxRetries: 2 });
  await patient.responses.create({ model: 'gpt-5.4', input: 'Name a river.' });
  const counts = (await emulator.control('requests')).map(
    (request) => request.headers['x-stainless-retry-count'],
  );
  assert.deepEqual(counts, ['0', '1', '2']);
  assert.equal((await emulator.control('bill')).lines.length, 1);
});

test('a stream that fails inside', async () => {
  const run = async (fault) => {
    const stream = await openai.responses.create(
      { model: 'gpt-5.4', input: 'Name a river.', stream: true },
      { headers: { 'x-emulator-fault': fault } },
    );
    for await (const event of stream) void event;
  };
  await assert.rejects(run('cut'));
  await assert.rejects(run('malformed'));
  await assert.rejects(run('stream_error; error_shape=named'), OpenAI.APIError);
});

test('a batch from file to results', async () => {
  await emulator.control('script', { batches: [{ looks: 1, fail: ['b'] }] });
  const lines = ['a', 'b'].map((custom_id) =>
    JSON.stringify({
      custom_id,
      method: 'POST',
      url: '/v1/responses',
      body: { model: 'gpt-5.4-nano', input: 'Name a river.' },
    }),
  );
  const file = await openai.files.create({
    file: await OpenAI.toFile(Buffer.from(lines.join('\n')), 'jobs.jsonl'),
    purpose: 'batch',
  });
  let batch = await openai.batches.create({
    input_file_id: file.id,
    endpoint: '/v1/responses',
    completion_window: '24h',
  });
  while (!['completed', 'expired', 'failed'].includes(batch.status)) {
    batch = await openai.batches.retrieve(batch.id);
  }
  assert.deepEqual(batch.request_counts, { total: 2, completed: 1, failed: 1 });
  const read = async (id) => JSON.parse(await (await openai.files.content(id)).text());
  assert.equal((await read(batch.output_file_id)).response.body.status, 'completed');
  assert.equal((await read(batch.error_file_id)).response.status_code, 500);
});
