"""The official PyPI client's ordinary calls against the emulator."""

import json
import os
import subprocess
import unittest

import openai
from pydantic import BaseModel

TOOL = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather in a city.",
    "strict": True,
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}


class Verdict(BaseModel):
    severity: str
    files: list[str]
    lines: int


class OpenAIChecks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.process = subprocess.Popen(
            [os.environ["FAREBOX_EMULATOR"]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        base_url = json.loads(cls.process.stdout.readline())["base_url"]
        cls.client = openai.OpenAI(api_key="sk-check", base_url=f"{base_url}/v1", max_retries=0)

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        cls.process.stdin.close()
        cls.process.wait(10)
        cls.process.stdout.close()

    def test_response(self):
        response = self.client.responses.create(model="gpt-5.4-nano", input="Name a river.")
        self.assertEqual(response.status, "completed")
        self.assertTrue(response.output_text)
        self.assertEqual(response.usage.input_tokens, 4 + 4 + 2)

    def test_response_stream(self):
        with self.client.responses.stream(model="gpt-5", input="Name a river.") as stream:
            text = "".join(
                event.delta for event in stream if event.type == "response.output_text.delta"
            )
            final = stream.get_final_response()
        self.assertEqual(final.output_text, text)
        self.assertEqual(final.usage.output_tokens_details.reasoning_tokens, 256)

    def test_response_tool(self):
        with self.client.responses.stream(
            model="gpt-5.4", input="What is the weather in Lisbon?", tools=[TOOL]
        ) as stream:
            call = stream.get_final_response().output[0]
        self.assertEqual(json.loads(call.arguments), {"city": "Lisbon"})

    def test_response_parse(self):
        response = self.client.responses.parse(
            model="gpt-5.4", input="Judge the change in parser.rs", text_format=Verdict
        )
        self.assertIsInstance(response.output_parsed, Verdict)

    def test_chat(self):
        completion = self.client.chat.completions.create(
            model="gpt-4o", messages=[{"role": "user", "content": "Name a river."}]
        )
        self.assertEqual(completion.choices[0].finish_reason, "stop")
        self.assertEqual(completion.usage.prompt_tokens, 4 + 4 + 3)

    def test_chat_stream(self):
        with self.client.chat.completions.stream(
            model="gpt-4o",
            messages=[{"role": "user", "content": "What is the weather in Lisbon?"}],
            tools=[{"type": "function", "function": {k: v for k, v in TOOL.items() if k != "type"}}],
            stream_options={"include_usage": True},
        ) as stream:
            for _ in stream:
                pass
            final = stream.get_final_completion()
        call = final.choices[0].message.tool_calls[0]
        self.assertEqual(call.function.parsed_arguments, {"city": "Lisbon"})
        self.assertGreater(final.usage.completion_tokens, 0)

    def test_chat_parse(self):
        completion = self.client.chat.completions.parse(
            model="gpt-5.4",
            messages=[{"role": "user", "content": "Judge the change in parser.rs"}],
            response_format=Verdict,
        )
        self.assertIsInstance(completion.choices[0].message.parsed, Verdict)

    def test_batch(self):
        line = {
            "custom_id": "a",
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": {"model": "gpt-4o", "messages": [{"role": "user", "content": "Name a river."}]},
        }
        file = self.client.files.create(
            file=("jobs.jsonl", json.dumps(line).encode()), purpose="batch"
        )
        batch = self.client.batches.create(
            input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
        )
        batch = self.client.batches.retrieve(batch.id)
        self.assertEqual(batch.status, "completed")
        result = json.loads(self.client.files.content(batch.output_file_id).text)
        self.assertEqual(result["response"]["body"]["object"], "chat.completion")

    def test_models(self):
        self.assertIn("gpt-5.4", [model.id for model in self.client.models.list()])

    def test_errors(self):
        def call(fault, **changes):
            request = {"model": "gpt-5.4", "input": "Name a river.", **changes}
            self.client.responses.create(**request, extra_headers={"x-emulator-fault": fault})

        for fault, error in [
            ("rate_limit", openai.RateLimitError),
            ("insufficient_quota", openai.RateLimitError),
            ("invalid_api_key", openai.AuthenticationError),
            ("status=500", openai.InternalServerError),
            ("context_length_exceeded", openai.BadRequestError),
        ]:
            with self.assertRaises(error):
                call(fault)
        with self.assertRaises(openai.BadRequestError) as caught:
            call("none", model="gpt-nope")
        self.assertEqual(caught.exception.code, "model_not_found")

    def test_retry_after_is_kept(self):
        patient = self.client.with_options(max_retries=1)
        with self.assertRaises(openai.RateLimitError):
            patient.responses.create(
                model="gpt-5.4",
                input="Name a river.",
                extra_headers={"x-emulator-fault": "rate_limit; retry_after_ms=10"},
            )


if __name__ == "__main__":
    unittest.main(verbosity=2)
