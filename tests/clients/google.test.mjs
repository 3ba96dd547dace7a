// The official npm client of Google: its ordinary calls against the emulator.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { GoogleGenAI, Type } from '@google/genai';
import { startEmulator } from './emulator.mjs';

let emulator;
let models;
const model = 'gemini-2.5-flash';

before(async () => {
  emulator = await startEmulator();
  const httpOptions = { baseUrl: emulator.baseUrl };
  ({ models } = new GoogleGenAI({ apiKey: 'check', httpOptions }));
});
after(() => emulator.stop());

test('generateContent', async () => {
  const answer = await models.generateContent({ model, contents: 'Name a river.' });
  assert.ok(answer.text.length > 0);
  const [line] = (await emulator.control('bill')).lines;
  assert.equal(answer.usageMetadata.promptTokenCount, line.input_tokens);
  assert.equal(answer.usageMetadata.candidatesTokenCount, line.output_tokens);
});

test('generateContentStream', async () => {
  const stream = await models.generateContentStream({ model, contents: 'Name a river.' });
  let text = '';
  let last;
  for await (const chunk of stream) {
    text += chunk.text ?? '';
    last = chunk;
  }
  assert.ok(text.length > 0);
  assert.equal(last.candidates[0].finishReason, 'STOP');
});

test('a tool and a schema', async () => {
  const parameters = {
    type: Type.OBJECT,
    properties: { city: { type: Type.STRING } },
    required: ['city'],
  };
  const tools = [{ functionDeclarations: [{ name: 'get_weather', parameters }] }];
  const contents = 'What is the weather in Lisbon?';
  const called = await models.generateContent({ model, contents, config: { tools } });
  assert.deepEqual(called.functionCalls[0].args, { city: 'Lisbon' });
  const config = { responseMimeType: 'application/json', responseSchema: parameters };
  const filled = await models.generateContent({ model, contents, config });
  assert.deepEqual(JSON.parse(filled.text), { city: 'Lisbon' });
});

test('countTokens and errors', async () => {
  const count = await models.countTokens({ model, contents: 'Name a river.' });
  assert.ok(count.totalTokens > 0);
  const unknown = models.generateContent({ model: 'gemini-nope', contents: 'Hello' });
  await assert.rejects(unknown, { status: 404 });
});
