#!/usr/bin/env python3
"""Make the models and expected results of this folder with mergekit itself.

  golden.py WORK OUT

WORK receives Hugging Face folders of tiny random Mistral models and mergekit's
results; OUT (this folder) their GGUF twins, which the Go tests compare. Needs
torch, transformers, tokenizers, safetensors and mergekit; the README says which
versions made what is committed.
"""
import json
import os
import shutil
import struct
import sys
import zlib

import numpy as np
import torch
import transformers
import yaml
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, decoders, models, normalizers

HIDDEN, FF, LAYERS, HEADS, KV, CONTEXT, EPS, BASE = 16, 16, 4, 2, 1, 512, 1e-5, 10000.0
MERGES = ["▁ c", "a t", "c h", "ch at", "▁c h", "o d", "od e", "▁c ode", "t e", "l l", "te ll",
          "▁ tell", "▁ m", "▁m e", "s t", "st o", "r y", "▁ sto"]


# ------------------------------------------------------------------ inputs

def vocabulary():
    pieces = ["<unk>", "<s>", "</s>", "▁"] + [chr(c) for c in range(ord("a"), ord("z") + 1)]
    return pieces + [m.replace(" ", "") for m in MERGES]


def write_tokenizer(folder, extra):
    vocab = {p: i for i, p in enumerate(vocabulary())}
    t = Tokenizer(models.BPE(vocab=vocab, merges=[tuple(m.split(" ")) for m in MERGES], unk_token="<unk>", fuse_unk=True))
    t.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    t.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=t, bos_token="<s>", eos_token="</s>", unk_token="<unk>",
                                                model_input_names=["input_ids", "attention_mask"])
    if extra:
        fast.add_tokens(extra, special_tokens=True)
    fast.save_pretrained(folder)


def tensors(rng, vocab, like=None, change=0.0):
    """A model's weights in float16; those of a fine-tune are near its base's."""
    shapes = {"model.embed_tokens.weight": (vocab, HIDDEN), "model.norm.weight": (HIDDEN,), "lm_head.weight": (vocab, HIDDEN)}
    hd = HIDDEN // HEADS
    for i in range(LAYERS):
        at = f"model.layers.{i}."
        shapes |= {
            at + "input_layernorm.weight": (HIDDEN,), at + "post_attention_layernorm.weight": (HIDDEN,),
            at + "self_attn.q_proj.weight": (HEADS * hd, HIDDEN), at + "self_attn.k_proj.weight": (KV * hd, HIDDEN),
            at + "self_attn.v_proj.weight": (KV * hd, HIDDEN), at + "self_attn.o_proj.weight": (HIDDEN, HEADS * hd),
            at + "mlp.gate_proj.weight": (FF, HIDDEN), at + "mlp.up_proj.weight": (FF, HIDDEN), at + "mlp.down_proj.weight": (HIDDEN, FF),
        }
    out = {}
    for name, shape in shapes.items():
        norm = "norm" in name
        x = rng.standard_normal(shape) * (0.1 if norm else 0.3) + (1.0 if norm else 0.0)
        if like is not None:
            old = like[name].float().numpy()
            fresh = x.copy()
            rows = min(len(old), len(x))
            x[:rows] = old[:rows] + change * (0.1 if norm else 0.3) * rng.standard_normal(old[:rows].shape)
            x[rows:] = fresh[rows:]
        out[name] = torch.from_numpy(x.astype(np.float16))
    return out


def write_model(folder, weights, extra):
    os.makedirs(folder, exist_ok=True)
    write_tokenizer(folder, extra)
    transformers.MistralConfig(
        vocab_size=len(vocabulary()) + len(extra), hidden_size=HIDDEN, intermediate_size=FF, num_hidden_layers=LAYERS,
        num_attention_heads=HEADS, num_key_value_heads=KV, max_position_embeddings=CONTEXT, rms_norm_eps=EPS,
        rope_theta=BASE, sliding_window=None, torch_dtype="float16", bos_token_id=1, eos_token_id=2,
        architectures=["MistralForCausalLM"], attn_implementation="eager",
    ).save_pretrained(folder)
    save_file(weights, os.path.join(folder, "model.safetensors"), metadata={"format": "pt"})


# -------------------------------------------------------------------- GGUF

NAMES = {
    "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm", "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
    "block_sparse_moe.gate": "ffn_gate_inp", "mlp.gate": "ffn_gate_inp", "mlp.experts.down_proj": "ffn_down_exps",
}


def permuted(x, heads):
    """Rows in the order in which GGUF keeps those of q and k: neighbours are rotated together."""
    return x.reshape(heads, 2, len(x) // heads // 2, -1).swapaxes(1, 2).reshape(x.shape)


def gguf_tensors(weights):
    """Hugging Face tensors under GGUF's names; experts stacked."""
    out, experts = {}, {}
    for name, t in weights.items():
        x = t.float().numpy()
        if not name.startswith("model.layers."):
            out[{"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight", "lm_head.weight": "output.weight"}[name]] = (x, t.dtype)
            continue
        layer, rest = name[len("model.layers."):].removesuffix(".weight").split(".", 1)
        if rest == "mlp.experts.gate_up_proj":  # of all experts, as transformers 5 has them
            half = x.shape[1] // 2
            out[f"blk.{layer}.ffn_gate_exps.weight"], out[f"blk.{layer}.ffn_up_exps.weight"] = (x[:, :half], t.dtype), (x[:, half:], t.dtype)
            continue
        if ".experts." in rest and rest != "mlp.experts.down_proj":
            _, e, w = rest.rsplit(".", 2)
            key = f"blk.{layer}.ffn_{ {'w1': 'gate', 'w2': 'down', 'w3': 'up'}[w] }_exps.weight"
            experts.setdefault(key, {})[int(e)] = (x, t.dtype)
            continue
        if rest == "self_attn.q_proj":
            x = permuted(x, HEADS)
        if rest == "self_attn.k_proj":
            x = permuted(x, KV)
        out[f"blk.{layer}.{NAMES[rest]}.weight"] = (x, t.dtype)
    for key, es in experts.items():
        out[key] = (np.stack([es[e][0] for e in sorted(es)]), es[0][1])
    return out


def text(s):
    b = s.encode()
    return struct.pack("<Q", len(b)) + b


def kv(key, value):
    if isinstance(value, str):
        return text(key) + struct.pack("<I", 8) + text(value)
    if isinstance(value, bool):
        return text(key) + struct.pack("<IB", 7, value)
    if isinstance(value, int):
        return text(key) + struct.pack("<II", 4, value)
    if isinstance(value, float):
        return text(key) + struct.pack("<If", 6, value)
    kind, pack = (8, text) if isinstance(value[0], str) else (5, lambda v: struct.pack("<i", v)) if isinstance(value[0], int) else (6, lambda v: struct.pack("<f", v))
    return text(key) + struct.pack("<IIQ", 9, kind, len(value)) + b"".join(map(pack, value))


def metadata(name, extra, layers, experts=0):
    pieces = vocabulary() + extra
    types = [3 if p.startswith("<") else 1 for p in pieces]
    types[0] = 2
    n = len(vocabulary())
    scores = [0.0] * (n - len(MERGES)) + [-float(i + 1) for i in range(len(MERGES))] + [0.0] * len(extra)
    for i in range(3, n - len(MERGES)):
        scores[i] = -1000.0
    m = {
        "general.architecture": "llama", "general.name": name, "llama.block_count": layers, "llama.context_length": CONTEXT,
        "llama.embedding_length": HIDDEN, "llama.feed_forward_length": FF, "llama.attention.head_count": HEADS,
        "llama.attention.head_count_kv": KV, "llama.attention.layer_norm_rms_epsilon": EPS, "llama.rope.freq_base": BASE,
        "llama.rope.dimension_count": HIDDEN // HEADS, "llama.vocab_size": len(pieces),
        "tokenizer.ggml.model": "llama", "tokenizer.ggml.tokens": pieces, "tokenizer.ggml.scores": scores,
        "tokenizer.ggml.token_type": types, "tokenizer.ggml.bos_token_id": 1, "tokenizer.ggml.eos_token_id": 2,
        "tokenizer.ggml.unknown_token_id": 0,
    }
    if experts:
        m |= {"llama.expert_count": experts, "llama.expert_used_count": 2}
    return m


def write_gguf(path, keys, ts):
    """F16 and BF16 matrices keep their type; vectors and routers are F32, as converters write them."""
    table, data = b"", b""
    for name, (x, dtype) in ts.items():
        kind = {torch.float16: 1, torch.bfloat16: 30, torch.float32: 0}[dtype]
        if x.ndim == 1 or "gate_inp" in name:
            kind = 0
        b = {0: lambda: x.astype("<f4"), 1: lambda: x.astype("<f2"), 30: lambda: (x.astype("<f4").view("<u4") >> 16).astype("<u2")}[kind]().tobytes()
        table += text(name) + struct.pack("<I", x.ndim) + b"".join(struct.pack("<Q", d) for d in reversed(x.shape)) + struct.pack("<IQ", kind, len(data))
        data += b + bytes(-len(b) % 32)
    head = b"GGUF" + struct.pack("<IQQ", 3, len(ts), len(keys)) + b"".join(kv(k, v) for k, v in keys.items()) + table
    with open(path, "wb") as f:
        f.write(head + bytes(-len(head) % 32) + data)


# ------------------------------------------------------------------ merging

def run_plain(config, out):
    from mergekit.config import MergeConfiguration
    from mergekit.merge import run_merge
    from mergekit.options import MergeOptions
    run_merge(MergeConfiguration.model_validate(config), out, options=MergeOptions(copy_tokenizer=True, write_model_card=False, random_seed=0))


def run_moe(config, out, exact):
    """exact: the prompts are read in float32 instead of the bfloat16 that
    mergekit fixes, so that formulas are compared and not roundings."""
    from mergekit.moe import config as moe_config, router
    from mergekit.options import MergeOptions
    from mergekit.scripts import moe

    class InFloat32:
        @staticmethod
        def from_pretrained(*a, **k):
            for key in ("load_in_4bit", "load_in_8bit", "device_map", "low_cpu_mem_usage"):
                k.pop(key, None)
            k["torch_dtype"] = torch.float32 if exact else torch.bfloat16
            return transformers.AutoModelForCausalLM.from_pretrained(*a, attn_implementation="eager", **k)

    router.AutoModelForCausalLM = InFloat32
    mend_residual_scale()
    moe.build(moe_config.MoEMergeConfig.model_validate(config), out, MergeOptions(copy_tokenizer=False, write_model_card=False), device="cpu")


def mend_residual_scale():
    """mergekit 0.1.4 looks for "down_proj" in a name that is Mixtral's "w2" by
    then, so that residual_scale does nothing; 0.1.5 applies it."""
    from mergekit.moe import mixtral

    if not hasattr(mixtral, "copy_tensor_out"):
        return
    if not hasattr(mixtral, "unmended"):
        mixtral.unmended = mixtral.copy_tensor_out

    def copy(info, *a, is_residual=False, **k):
        return mixtral.unmended(info, *a, is_residual="down_proj" in info.name, **k)

    mixtral.copy_tensor_out = copy


def load(folder):
    weights = {}
    for f in sorted(os.listdir(folder)):
        if f.endswith(".safetensors"):
            weights |= load_file(os.path.join(folder, f))
    return weights


def router_rows(ts):
    return {n: x.astype(float).round(9).tolist() for n, (x, _) in ts.items() if "gate_inp" in n}


def resolved(node, work):
    """The configuration with model names made into folders."""
    if isinstance(node, dict):
        return {k: os.path.join(work, v.removesuffix(".gguf")) if k in ("model", "base_model", "source_model", "tokenizer_source") and v not in ("base", "union") else resolved(v, work) for k, v in node.items()}
    if isinstance(node, list):
        return [resolved(v, work) for v in node]
    return node


def main(work, out):
    base = tensors(np.random.default_rng(1), len(vocabulary()))
    extra = {"wide": ["<|end_of_turn|>", "<|pad|>"]}
    every = {"base": base}
    for name, change in [("chat", 0.3), ("code", 0.3), ("story", 0.5), ("math", 0.4), ("wide", 0.3)]:
        more = extra.get(name, [])
        every[name] = tensors(np.random.default_rng(zlib.crc32(name.encode())), len(vocabulary()) + len(more), base, change)
    for name, weights in every.items():
        more = extra.get(name, [])
        write_model(os.path.join(work, name), weights, more)
        write_gguf(os.path.join(out, name + ".gguf"), metadata(name, more, LAYERS), gguf_tensors(weights))

    kept = os.path.join(out, "base")  # one of them as a folder, too
    os.makedirs(kept, exist_ok=True)
    for file in ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(os.path.join(work, "base", file), kept)

    routers = {}
    for file in sorted(os.listdir(os.path.join(out, "configs"))):
        stem = file.removesuffix(".yml")
        config = yaml.safe_load(open(os.path.join(out, "configs", file)))
        target = os.path.join(work, "out", stem)
        os.makedirs(target, exist_ok=True)
        c = resolved(config, work)
        print(stem)
        if "experts" in c:
            run_moe(c, target, exact=True)
        else:
            run_plain(c, target)
        ts = gguf_tensors(load(target))
        if "experts" in c:
            routers[stem] = router_rows(ts)
            if stem == "moe-hidden":
                run_moe(c, target + "-bf16", exact=False)
                routers[stem + "-bf16"] = router_rows(gguf_tensors(load(target + "-bf16")))
            if stem != "moe-scaled":
                continue
        layers = 1 + max(int(n.split(".")[1]) for n in ts if n.startswith("blk."))
        ids = extra["wide"] if ts["token_embd.weight"][0].shape[0] > len(vocabulary()) else []
        write_gguf(os.path.join(out, "expected", stem + ".gguf"), metadata(stem, ids, layers, len(c.get("experts", []))), ts)
    with open(os.path.join(out, "expected", "routers.json"), "w") as f:
        json.dump(routers, f, separators=(",", ":"))


if __name__ == "__main__":
    main(*map(os.path.abspath, sys.argv[1:3]))
