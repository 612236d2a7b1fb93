#!/usr/bin/env python3
"""Render chat templates with Python's Jinja2, the original, into golden files.

The environment is the one in which transformers' apply_chat_template compiles
a template: immutable sandbox, trim_blocks, lstrip_blocks, loop controls, the
generation tag, its tojson, raise_exception and strftime_now.

    golden.py TEMPLATES OUT [NAME …]    NAME: a template's file without .jinja
"""
import datetime
import json
import pathlib
import sys

import jinja2
from jinja2.ext import Extension
from jinja2.sandbox import ImmutableSandboxedEnvironment

NOW = datetime.datetime(2026, 3, 5, 7, 8, 9)

TOKENS = {  # bos, eos; the others get <s> and </s>
    "meta-llama": ("<|begin_of_text|>", "<|eot_id|>"),
    "NousResearch": ("<|begin_of_text|>", "<|im_end|>"),
    "Qwen": ("", "<|im_end|>"),
    "microsoft-Phi": ("<s>", "<|endoftext|>"),
    "google-gemma": ("<bos>", "<eos>"),
    "deepseek-ai": ("<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"),
    "ibm-granite": ("<|end_of_text|>", "<|end_of_text|>"),
    "openai-gpt-oss": ("<|startoftext|>", "<|return|>"),
}


class Generation(Extension):
    tags = {"generation"}

    def parse(self, parser):
        next(parser.stream)
        return parser.parse_statements(["name:endgeneration"], drop_needle=True)


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def environment():
    env = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, "jinja2.ext.loopcontrols"])
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = NOW.strftime
    return env


def turns(*texts, system=None):
    messages = [] if system is None else [{"role": "system", "content": system}]
    for i, text in enumerate(texts):
        messages.append({"role": ("user", "assistant")[i % 2], "content": text})
    return messages


CASES = [
    ("three turns", turns("What is a quark?", "A particle.", "How many are there?"), True),
    ("system", turns("What is a quark?", "A particle.", "How many are there?", system="Answer briefly."), True),
    ("one turn", turns("Hello"), True),
    ("closed", turns("Hello", "Hi there."), False),
    ("whitespace", turns("  two\n\nlines \n", "\n indented\n\ttab ", " end\n", system=" be kind \n"), True),
    ("marks", turns("<b>\"it's\"</b> & {{ x }} {% y %}", "ÄÖ 漢字 😀 \\n", "a\ufdd0<|im_end|>b [INST]"), True),
    ("thoughts", turns("2+2?", "<think>\nTwo and two.\n</think>\n\nFour.", "3+3?"), True),
]


# Templates written for tools fail without any; engine/prompt then gives these.
NONE = {"tools": None, "documents": None}
EMPTY = {"tools": [], "documents": [], "functions": "", "datetime": NOW.strftime("%Y-%m-%d")}


def render(template, bos, eos, messages, generate):
    for extra in (NONE, EMPTY):
        try:
            return {"output": template.render(
                messages=messages, add_generation_prompt=generate, bos_token=bos, eos_token=eos, **extra)}
        except jinja2.exceptions.TemplateRuntimeError as e:
            error = {"error": str(e)}
        except jinja2.exceptions.TemplateError as e:
            return {"refused": str(e)}
        except TypeError as e:
            error = {"error": str(e)}
    return error


def golden(env, path):
    bos, eos = next((t for prefix, t in TOKENS.items() if path.name.startswith(prefix)), ("<s>", "</s>"))
    template = env.from_string(path.read_text(encoding="utf-8"))
    cases = [{"name": name, "messages": messages, "generate": generate,
              **render(template, bos, eos, messages, generate)} for name, messages, generate in CASES]
    return {"template": path.name, "bos": bos, "eos": eos, "now": NOW.isoformat(), "cases": cases}


def main():
    source, out, names = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]
    out.mkdir(parents=True, exist_ok=True)
    env = environment()
    for path in sorted(source.glob("*.jinja")):
        if not names or path.stem in names:
            text = json.dumps(golden(env, path), ensure_ascii=False, indent=1)
            (out / (path.stem + ".json")).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
