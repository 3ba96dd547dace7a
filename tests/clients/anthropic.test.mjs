// The official npm client of Anthropic: its ordinary calls against the emulator.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { startEmulator } from './emulator.mjs';

let emulator;
let anthropic;
const tool = {
  name: 'get_weather',
  description: 'The weather in a city.',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
const request = {
  model: 'claude-opus-4-6',
  max_tokens: 2048,
  messages: [{ role: 'user', content: 'Name a river.' }],
};

before(async () => {
  emulator = await startEmulator({ keys: ['sk-ant-check'] });
  anthropic = new Anthropic({ apiKey: 'sk-ant-check', baseURL: emulator.baseUrl, maxRetries: 0 });
});
after(() => emulator.stop());

test('messages.create', async () => {
  const message = await anthropic.messages.create(request);
  assert.equal(message.stop_reason, 'end_turn');
  assert.equal(message.content[0].type, 'text');
  assert.ok(message._request_id.startsWith('req_'));
  const [line] = (await emulator.control('bill')).lines;
  assert.equal(message.usage.output_tokens, line.output_tokens);
});

test('messages.create as a stream', async () => {
  const stream = await anthropic.messages.create({ ...request, stream: true });
  const types = new Set();
  for await (const event of stream) types.add(event.type);
  assert.ok(types.has('message_stop'));
});

test('messages.stream with thinking folds to the same answer', async () => {
  const thinking = { type: 'enabled', budget_tokens: 1024 };
  const stream = anthropic.messages.stream({ ...request, thinking });
  let text = '';
  stream.on('text', (delta) => (text += delta));
  const message = await stream.finalMessage();
  assert.deepEqual(message.content.map((block) => block.type), ['thinking', 'text']);
  assert.equal(message.content[1].text, text);
  assert.ok(message.content[0].signature.length > 0);
});

test('a tool and its result', async () => {
  const messages = [{ role: 'user', content: 'What is the weather in Lisbon?' }];
  const stream = anthropic.messages.stream({ ...request, messages, tools: [tool] });
  const first = await stream.finalMessage();
  const call = first.content.find((block) => block.type === 'tool_use');
  assert.deepEqual(call.input, { city: 'Lisbon' });
  messages.push({ role: 'assistant', content: first.content });
  const result = { type: 'tool_result', tool_use_id: call.id, content: '18 degrees' };
  messages.push({ role: 'user', content: [result] });
  const second = await anthropic.messages.create({ ...request, messages, tools: [tool] });
  assert.match(second.content[0].text, /18 degrees/);
});

test('messages.countTokens agrees with the bill', async () => {
  const { model, messages } = request;
  const count = await anthropic.messages.countTokens({ model, messages });
  const message = await anthropic.messages.create(request);
  assert.equal(count.input_tokens, message.usage.input_tokens);
});

test('models', async () => {
  const ids = [];
  for await (const model of anthropic.models.list()) ids.push(model.id);
  assert.ok(ids.includes('claude-opus-4-6'));
});

test('errors have their classes', async () => {
  const call = (fault) =>
    anthropic.messages.create(request, { headers: { 'x-emulator-fault': fault } });
  await assert.rejects(call('rate_limit'), Anthropic.RateLimitError);
  await assert.rejects(call('overloaded'), { status: 529 });
  await assert.rejects(call('request_too_large'), { status: 413 });
  const unknown = anthropic.messages.create({ ...request, model: 'claude-nope' });
  await assert.rejects(unknown, Anthropic.NotFoundError);
  const stranger = new Anthropic({ apiKey: 'sk-ant-wrong', baseURL: emulator.baseUrl });
  await assert.rejects(stranger.messages.create(request), Anthropic.AuthenticationError);
  const broken = anthropic.messages.stream(request, {
    headers: { 'x-emulator-fault': 'stream_error; error=overloaded' },
  });
  await assert.rejects(broken.finalMessage(), Anthropic.APIError);
});

test('a message batch', async () => {
  await emulator.control('script', { batches: [{ looks: 1, expire_after: 1 }] });
  let batch = await anthropic.messages.batches.create({
    requests: ['a', 'b'].map((custom_id) => ({ custom_id, params: request })),
  });
  while (batch.processing_status !== 'ended') {
    batch = await anthropic.messages.batches.retrieve(batch.id);
  }
  const types = [];
  for await (const entry of await anthropic.messages.batches.results(batch.id)) {
    types.push(entry.result.type);
  }
  assert.deepEqual(types, ['succeeded', 'expired']);
});
