"""Trains the Starter: a dense base in the Mistral shape on all areas, then four
experts from it, each on its own area with everything but the MLPs frozen.

    python3 train.py DATA OUT [--plan gpu|cpu|toy] [--stages base,again,chat,code,story,math]

DATA is what vocabulary.py wrote. OUT gets a Hugging Face folder for each stage
(config.json, generation_config.json, model.safetensors in float16, the tokenizer), as
`beyonder merge` reads them, and report.json with the losses. "again" goes on with the base on other text
of the same kind, where the plan has tokens for it. It needs PyTorch and numpy, and computes with
CUDA where there is any. An expert starts from the base as it was written, so that
the frozen tensors of all five files are equal bit for bit.
"""

import argparse
import contextlib
import json
import math
import os
import shutil
import time

import numpy
import torch
import torch.nn.functional as F
from torch import nn

AREAS = ["chat", "code", "story", "math"]
BASE_MIX = AREAS + ["mixed"]
# Stories are long: the second time there are fewer of them.
AGAIN_MIX = {"chat": 1, "code": 1, "story": 0.6, "math": 0.6, "mixed": 0.3}
BOS, START, END = 1, 3, 4  # ids: the control symbols follow <unk>, <s> and </s>

SHAPES = {
    # Four experts of this shape have 15.2 million weights: 12.5 MB in Q6_K.
    "full": dict(width=256, layers=8, heads=8, kv_heads=4, feed_forward=512),
    "toy": dict(width=64, layers=3, heads=4, kv_heads=2, feed_forward=128),
}
PLANS = {  # window and tokens: of a row; rows: of a batch; tokens: read in a stage
    "gpu": dict(shape="full", window=1024, rows=64, base=160e6, expert=32e6, rate=2e-3, expert_rate=6e-4),
    "cpu": dict(shape="full", window=768, rows=3, base=10e6, again=9e6, expert=3e5, rate=2e-3, again_rate=1.4e-3, expert_rate=6e-4,
                minutes=dict(base=58, again=46, expert=3)),  # at most: in all less than two hours, on whatever processor
    "toy": dict(shape="toy", window=384, rows=8, base=1e6, expert=1.2e5, rate=4e-3, expert_rate=1e-3),
}
QUESTION_WEIGHT = 0.1  # of what users say in the loss, beside 1 for answers
REST = 0.15  # how much of an expert's text is of the other areas
VALIDATION = 100  # of so many conversations one is kept for the validation loss
KEEP = 300  # seconds between two states that a broken run can go on from
CONTEXT, THETA, EPSILON = 1024, 10000.0, 1e-5
TEMPERATURE = 0.2  # what conversations begin with: at 0.8 so small a model often leaves what it was asked


class Norm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        y = x.float()
        y = y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + EPSILON)
        return y.type_as(x) * self.weight.type_as(x)


def linear(n, m):
    return nn.Linear(n, m, bias=False)


def rotate(x, cos, sin):
    """Rotary positions as Hugging Face lays them out: pairs are half a head apart."""
    a, b = x.chunk(2, -1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)


class Attention(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.heads, self.kv_heads, self.size = s["heads"], s["kv_heads"], s["width"] // s["heads"]
        self.q_proj = linear(s["width"], s["width"])
        self.k_proj = linear(s["width"], self.kv_heads * self.size)
        self.v_proj = linear(s["width"], self.kv_heads * self.size)
        self.o_proj = linear(s["width"], s["width"])

    def forward(self, x, cos, sin, mask):
        b, t, _ = x.shape
        q = self.q_proj(x).view(b, t, self.heads, self.size).transpose(1, 2)
        k = self.k_proj(x).view(b, t, self.kv_heads, self.size).transpose(1, 2)
        v = self.v_proj(x).view(b, t, self.kv_heads, self.size).transpose(1, 2)
        q, k = rotate(q, cos, sin).type_as(v), rotate(k, cos, sin).type_as(v)
        k, v = (y.repeat_interleave(self.heads // self.kv_heads, 1) for y in (k, v))
        if isinstance(mask, list):
            with torch.autocast("cpu", enabled=False):
                y = self.apart(q, k, v, mask)
            return self.o_proj(y.view(b, t, -1))
        if hasattr(F, "scaled_dot_product_attention"):
            y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        else:  # PyTorch before 2.0
            scores = q @ k.transpose(-1, -2) / math.sqrt(self.size)
            y = scores.masked_fill(~mask, -1e9).softmax(-1) @ v
        return self.o_proj(y.transpose(1, 2).reshape(b, t, -1))

    def apart(self, q, k, v, lengths):
        """Attention of each conversation by itself, in float32: its backward pass is
        two to three times as fast as bfloat16's."""
        parts = zip(*(y.float().transpose(1, 2).flatten(0, 1).split(lengths) for y in (q, k, v)))
        return torch.cat([F.scaled_dot_product_attention(*(y.transpose(0, 1)[None] for y in p), is_causal=True)[0].transpose(0, 1) for p in parts])


class MLP(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.gate_proj = linear(s["width"], s["feed_forward"])
        self.up_proj = linear(s["width"], s["feed_forward"])
        self.down_proj = linear(s["feed_forward"], s["width"])

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.input_layernorm, self.self_attn = Norm(s["width"]), Attention(s)
        self.post_attention_layernorm, self.mlp = Norm(s["width"]), MLP(s)

    def forward(self, x, cos, sin, mask):
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, mask)
        return x + self.mlp(self.post_attention_layernorm(x))


# A token sees what stands before it in its own conversation. A graphics card gets a
# mask for that; a processor computes each conversation apart, where conversations are
# short in 0.7 of the time.
APART = hasattr(F, "scaled_dot_product_attention")


def lengths(document):
    """How many tokens each conversation of the rows has, one row after the other."""
    first = torch.ones_like(document, dtype=torch.bool)
    first[:, 1:] = document[:, 1:] != document[:, :-1]
    starts = first.flatten().nonzero().flatten().tolist() + [document.numel()]
    return [b - a for a, b in zip(starts, starts[1:])]


class Mistral(nn.Module):
    """Its parameters have the names that Hugging Face's have, but for "model."."""

    def __init__(self, s, pieces):
        super().__init__()
        self.embed_tokens = nn.Embedding(pieces, s["width"])
        self.layers = nn.ModuleList(Layer(s) for _ in range(s["layers"]))
        self.norm = Norm(s["width"])
        self.size = s["width"] // s["heads"]
        for name, w in self.named_parameters():
            if w.dim() == 2:
                deep = name.endswith(("o_proj.weight", "down_proj.weight"))
                nn.init.normal_(w, std=0.02 / (math.sqrt(2 * s["layers"]) if deep else 1))

    def forward(self, ids, document):
        t = ids.shape[1]
        at = torch.arange(t, device=ids.device)
        turn = at[:, None] * THETA ** (-torch.arange(0, self.size, 2, device=ids.device) / self.size)
        mask = lengths(document) if ids.device.type == "cpu" and APART else ((document[:, :, None] == document[:, None, :]) & (at[:, None] >= at))[:, None]
        x = self.embed_tokens(ids)
        for layer in self.layers:
            x = layer(x, turn.cos(), turn.sin(), mask)
        return F.linear(self.norm(x), self.embed_tokens.weight)


class Text:
    """The conversations of an area, and which of their tokens are answers."""

    def __init__(self, path):
        with numpy.load(path) as z:
            self.ids = z["ids"]
            self.answer = numpy.unpackbits(z["answer"])[:len(self.ids)].astype(bool)
        starts = numpy.flatnonzero(self.ids == BOS)
        self.spans = numpy.stack((starts, numpy.append(starts[1:], len(self.ids))), 1)
        kept = numpy.arange(len(starts)) % VALIDATION == 0
        self.train, self.valid = self.spans[~kept], self.spans[kept]


def pack(documents, window, open_rows=48):
    """Puts conversations into rows of window + 1 tokens, into the fullest that has
    room. Those that are longer lose their end. Returns ids, weights and the number
    of the conversation of each token, each rows × (window + 1)."""
    rows, current = [], []
    for text, (start, stop) in documents:
        n = min(stop - start, window + 1)
        fitting = [r for r in current if r[0] + n <= window + 1]
        if fitting:
            row = max(fitting, key=lambda r: r[0])
        else:
            if len(current) == open_rows:
                current.remove(max(current, key=lambda r: r[0]))
            row = [0, []]
            current.append(row)
            rows.append(row)
        row[0] += n
        row[1].append((text, start, start + n))
    ids = numpy.zeros((len(rows), window + 1), numpy.int64)
    weight = numpy.zeros(ids.shape, numpy.float32)
    document = numpy.zeros(ids.shape, numpy.int64)
    for i, (_, parts) in enumerate(rows):
        at = 0
        for k, (text, start, stop) in enumerate(parts):
            to = at + stop - start
            ids[i, at:to], document[i, at:to] = text.ids[start:stop], k + 1
            weight[i, at:to] = numpy.where(text.answer[start:stop], 1, QUESTION_WEIGHT)
            weight[i, at] = 0  # nothing says which conversation comes next
            at = to
    return torch.from_numpy(ids), torch.from_numpy(weight), torch.from_numpy(document)


def documents(texts, mix, total, rng):
    """Conversations in random order until they have that many tokens; mix is how
    often each area passes in an epoch."""
    out, read = [], 0
    while read < total:
        epoch = []
        for area, share in mix.items():
            spans = texts[area].train
            take = rng.permutation(len(spans))[:max(1, int(round(share * len(spans))))]
            epoch += [(texts[area], spans[i]) for i in take]
        for i in rng.permutation(len(epoch)):
            if read >= total:
                break
            out.append(epoch[i])
            read += int(epoch[i][1][1] - epoch[i][1][0])
    return out


class Muon(torch.optim.Optimizer):
    """Momentum whose steps are made nearly orthogonal by five Newton-Schulz
    iterations (Jordan et al. 2024): for the matrices of the layers. After half a
    million tokens in rows of 8 x 512 the loss is 1.3 where AdamW's is 3.8."""

    def __init__(self, params, lr, half, momentum=0.95, weight_decay=0.1):
        super().__init__(params, dict(lr=lr, momentum=momentum, weight_decay=weight_decay))
        self.half = half

    @torch.no_grad()
    def step(self):
        for g in self.param_groups:
            for w in g["params"]:
                v = self.state[w].setdefault("v", torch.zeros_like(w))
                v.lerp_(w.grad, 1 - g["momentum"])
                step = w.grad.lerp(v, g["momentum"])
                step = orthogonal(step.bfloat16() if self.half else step).type_as(w)
                w.mul_(1 - g["lr"] * g["weight_decay"])
                w.add_(step, alpha=-g["lr"] * math.sqrt(max(1, w.shape[0] / w.shape[1])))


def orthogonal(x):
    """Moves all singular values of x to about 1."""
    a, b, c = 3.4445, -4.7750, 2.0315
    y = x.T if x.shape[0] > x.shape[1] else x
    y = y / (y.norm() + 1e-7)
    for _ in range(5):
        z = y @ y.T
        y = a * y + (b * z + c * z @ z) @ y
    return y.T if x.shape[0] > x.shape[1] else y


def loss_of(model, batch):
    ids, weight, document = batch
    logits = model(ids[:, :-1], document[:, :-1])
    weight = weight[:, 1:]
    each = F.cross_entropy(logits.float().flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
    return (each * weight.flatten()).sum() / weight.sum().clamp(min=1)


def processor():
    """What the processor can do, as Linux says it."""
    if not os.path.exists("/proc/cpuinfo"):
        return ""
    with open("/proc/cpuinfo") as f:
        return f.read()


class Run:
    def __init__(self, o):
        self.o, self.plan = o, PLANS[o.plan]
        self.shape = SHAPES[self.plan["shape"]]
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.texts = {a: Text(os.path.join(o.data, a + ".npz")) for a in BASE_MIX}
        self.pieces = o.pieces
        self.half = "avx512_bf16" in processor() or "amx_bf16" in processor()
        if self.device == "cuda":
            torch.backends.cuda.matmul.allow_tf32 = True
        path = os.path.join(o.out, "report.json")
        self.report = json.load(open(path)) if os.path.exists(path) else {}
        self.report.update(plan=o.plan, seed=o.seed, device=torch.cuda.get_device_name() if self.device == "cuda" else "CPU", torch=torch.__version__,
                           shape=self.shape, settings=self.plan, tokens={a: int(len(t.ids)) for a, t in self.texts.items()})

    def precision(self):
        """bfloat16 where there is hardware for it: on a Zen 4 core 1.4 times as fast."""
        if self.device == "cuda" or self.half:
            return torch.autocast(self.device, torch.bfloat16)
        return contextlib.nullcontext()

    def batches(self, packed, order=None):
        ids = packed[0]
        order = torch.arange(len(ids)) if order is None else order
        for i in range(0, len(ids), self.plan["rows"]):
            rows = order[i:i + self.plan["rows"]]
            yield tuple(x[rows].to(self.device) for x in packed)

    @torch.no_grad()
    def losses(self, model):
        """The validation loss of each area, in nats for an answer's token."""
        model.eval()
        out = {}
        for area in AREAS:
            text = self.texts[area]
            packed = pack([(text, s) for s in text.valid[:400]], self.plan["window"])
            packed = (packed[0], (packed[1] == 1).float(), packed[2])
            with self.precision():
                each = [float(loss_of(model, b)) for b in self.batches(packed)]
            out[area] = round(sum(each) / len(each), 4)
        model.train()
        return out

    def optimizers(self, model, rate):
        """Muon for the layers' matrices; AdamW for embeddings and norms. "scale" is
        a group's highest rate."""
        learned = [(k, w) for k, w in model.named_parameters() if w.requires_grad]
        inner = [w for k, w in learned if w.dim() == 2 and k.startswith("layers.")]
        embedding = [w for k, w in learned if w.dim() == 2 and not k.startswith("layers.")]
        gains = [w for _, w in learned if w.dim() < 2]
        groups = [dict(params=embedding, weight_decay=0.1), dict(params=gains, weight_decay=0.0)]
        out = [torch.optim.AdamW([g for g in groups if g["params"]], lr=rate, betas=(0.9, 0.95))] if embedding or gains else []
        for o in out:
            for g in o.param_groups:
                g["scale"] = rate
        out.append(Muon(inner, 10 * rate, self.half or self.device == "cuda"))
        out[-1].param_groups[0]["scale"] = 10 * rate
        return out

    def kept(self, name):
        return os.path.join(self.o.out, name + ".kept")

    def keep(self, name, model, optimizers, step, curve, spent):
        """What a stage that was broken off goes on from."""
        state = dict(step=step, model=model.state_dict(), optimizers=[o.state_dict() for o in optimizers], curve=curve, spent=spent)
        torch.save(state, self.kept(name) + ".new")
        os.replace(self.kept(name) + ".new", self.kept(name))

    def resume(self, name, model, optimizers):
        if not os.path.exists(self.kept(name)):
            return 0, [], 0
        state = torch.load(self.kept(name), map_location=self.device)
        model.load_state_dict(state["model"])
        for o, s in zip(optimizers, state["optimizers"]):
            o.load_state_dict(s)
        print("%s goes on at step %d" % (name, state["step"] + 1), flush=True)
        return state["step"], state["curve"], state["spent"]

    def train(self, name, model, mix, total, rate):
        """One pass over so many tokens, or over what can be read in the time there is; the rate rises, then falls as a cosine."""
        rng = numpy.random.default_rng([self.o.seed, *name.encode()])
        packed = pack(documents(self.texts, mix, total * self.o.scale, rng), self.plan["window"])
        steps = math.ceil(len(packed[0]) / self.plan["rows"])
        learned = [w for w in model.parameters() if w.requires_grad]
        optimizers = self.optimizers(model, rate * self.o.rate)
        groups = [g for o in optimizers for g in o.param_groups]
        step_model = torch.compile(model) if self.o.compile else model
        first, curve, spent = self.resume(name, model, optimizers)
        limits = self.plan.get("minutes", {})
        warm, began, limit = max(10, steps // 30), time.time() - spent, 60 * (self.o.minutes or limits.get(name, limits.get("expert", 0)))
        warm, kept = min(warm, 100) if limit else warm, time.time()
        for step, batch in enumerate(self.batches(packed, torch.from_numpy(rng.permutation(len(packed[0]))))):
            if step < first:
                continue
            spent = time.time() - began
            done = (step - warm) / max(1, steps - warm)
            if limit:
                done = min(1, max(done, spent / limit))
            last = step == steps - 1 or done == 1
            now = min(1, (step + 1) / warm) if step < warm else 0.02 + 0.49 * (1 + math.cos(math.pi * done))
            for g in groups:
                g["lr"] = now * g["scale"]
            with self.precision():
                loss = loss_of(step_model, batch)
            model.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(learned, 1.0)
            for o in optimizers:
                o.step()
            if not last and time.time() - kept > KEEP:
                self.keep(name, model, optimizers, step + 1, curve, time.time() - began)
                kept = time.time()
            if step % max(1, steps // 40) == 0 or last:
                curve.append([step + 1, round(float(loss), 4)])
                print("%-5s step %5d of %d  loss %.4f  %.0f tokens/s  %.0f s" % (name, step + 1, steps, curve[-1][1], (step + 1) * batch[0].numel() / max(spent, 1), spent), flush=True)
            if last:
                break
        self.report.setdefault("stages", {})[name] = dict(steps=step + 1, tokens=int(total * self.o.scale * (step + 1) / steps), seconds=round(time.time() - began, 1), training=curve, validation=self.losses(model))
        if os.path.exists(self.kept(name)):
            os.remove(self.kept(name))
        print(name, "validation", self.report["stages"][name]["validation"], flush=True)

    def stage(self, name):
        torch.manual_seed(self.o.seed)
        model = Mistral(self.shape, self.pieces).to(self.device)
        if name == "base":
            self.train(name, model, {a: 1 for a in BASE_MIX}, self.plan["base"], self.plan["rate"])
        elif name == "again":
            if "again" not in self.plan:
                return
            load(model, self.o.start or os.path.join(self.o.out, "base", "model.safetensors"))
            self.train(name, model, AGAIN_MIX, self.plan["again"], self.plan["again_rate"])
            name = "base"
        else:
            load(model, os.path.join(self.o.out, "base", "model.safetensors"))
            for key, w in model.named_parameters():
                w.requires_grad = ".mlp." in key
            own = self.texts[name]
            rest = {a: REST * len(own.ids) / 3 / len(self.texts[a].ids) for a in AREAS if a != name}
            self.train(name, model, {name: 1, **rest}, self.plan["expert"], self.plan["expert_rate"])
        self.write(name, model)

    def write(self, name, model):
        folder = os.path.join(self.o.out, name)
        os.makedirs(folder, exist_ok=True)
        save({"model." + k: w for k, w in model.state_dict().items()}, os.path.join(folder, "model.safetensors"))
        s = self.shape
        config = dict(architectures=["MistralForCausalLM"], model_type="mistral", vocab_size=self.pieces, hidden_size=s["width"], intermediate_size=s["feed_forward"], num_hidden_layers=s["layers"],
                      num_attention_heads=s["heads"], num_key_value_heads=s["kv_heads"], hidden_act="silu", max_position_embeddings=CONTEXT, rms_norm_eps=EPSILON, rope_theta=THETA,
                      tie_word_embeddings=True, bos_token_id=BOS, eos_token_id=END, torch_dtype="float16")
        here = os.path.dirname(os.path.abspath(__file__))
        with open(os.path.join(here, "chat_template.jinja"), encoding="utf-8") as f:
            template = f.read().rstrip("\n")
        tokens = {"0": "<unk>", "1": "<s>", "2": "</s>", str(START): "<|im_start|>", str(END): "<|im_end|>"}
        settings = dict(tokenizer_class="LlamaTokenizer", add_bos_token=True, add_eos_token=False, add_prefix_space=False, legacy=False, bos_token="<s>", eos_token="<|im_end|>", unk_token="<unk>",
                        chat_template=template, added_tokens_decoder={k: dict(content=t, special=True, lstrip=False, rstrip=False, normalized=False, single_word=False) for k, t in tokens.items()})
        sampling = dict(bos_token_id=BOS, eos_token_id=END, do_sample=True, temperature=TEMPERATURE)
        for file, value in (("config.json", config), ("tokenizer_config.json", settings), ("generation_config.json", sampling)):
            with open(os.path.join(folder, file), "w") as f:
                json.dump(value, f, indent=1)
        shutil.copy(os.path.join(self.o.data, "tokenizer.model"), folder)
        self.note()

    def note(self):
        """Adds this run's stages to the report, which another may have written to."""
        path = os.path.join(self.o.out, "report.json")
        if os.path.exists(path):
            with open(path) as f:
                self.report["stages"] = {**json.load(f).get("stages", {}), **self.report["stages"]}
        with open(path + ".new", "w") as f:
            json.dump(self.report, f, indent=1)
        os.replace(path + ".new", path)


def save(tensors, path):
    """Writes a safetensors file: the header's length, the header, the values."""
    header, blobs, at = {}, [], 0
    for name, w in tensors.items():
        blob = w.detach().cpu().half().contiguous().numpy().tobytes()
        header[name] = dict(dtype="F16", shape=list(w.shape), data_offsets=[at, at + len(blob)])
        blobs.append(blob)
        at += len(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(len(text).to_bytes(8, "little") + text + b"".join(blobs))


def load(model, path):
    if path.endswith(".gguf"):
        return load_mixture(model, path)
    if path.endswith(".kept"):
        return model.load_state_dict(torch.load(path, map_location="cpu")["model"])
    with open(path, "rb") as f:
        header = json.loads(f.read(int.from_bytes(f.read(8), "little")))
        blob = f.read()
    weights = {}
    for name, t in header.items():
        start, stop = t["data_offsets"]
        values = numpy.frombuffer(blob[start:stop], numpy.float16).reshape(t["shape"])
        weights[name[len("model."):]] = torch.from_numpy(values.astype(numpy.float32))
    model.load_state_dict(weights)


def tensors(path):
    """All of a GGUF file's tensors in float32."""
    from gguf import GGUFReader, dequantize
    return {t.name: torch.from_numpy(numpy.array(dequantize(t.data, t.tensor_type), numpy.float32)) for t in GGUFReader(path).tensors}


def load_mixture(model, path):
    """The weights of an earlier Starter, each MLP the mean of its experts': they are
    near to one another, and their mean is as good as the base they came from."""
    found = tensors(path)
    names = {"attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
             "ffn_norm": "post_attention_layernorm", "ffn_gate_exps": "mlp.gate_proj", "ffn_up_exps": "mlp.up_proj", "ffn_down_exps": "mlp.down_proj"}
    weights = {"embed_tokens.weight": found["token_embd.weight"], "norm.weight": found["output_norm.weight"]}
    for i in range(len(model.layers)):
        for theirs, ours in names.items():
            w = found["blk.%d.%s.weight" % (i, theirs)]
            if theirs.endswith("_exps"):
                w = w.mean(0)
            elif theirs in ("attn_q", "attn_k"):  # GGUF lays rotated pairs side by side
                w = w.view(-1, model.size // 2, 2, w.shape[1]).transpose(1, 2).reshape(w.shape)
            weights["layers.%d.%s.weight" % (i, ours)] = w
    model.load_state_dict(weights)


def sizes():
    """Prints what each shape comes to."""
    for name, s in SHAPES.items():
        w, f, size = s["width"], s["feed_forward"], s["width"] // s["heads"]
        attention = 2 * w * w + 2 * w * s["kv_heads"] * size
        embed, mlp, rest = 4096 * w, 3 * w * f, s["layers"] * (attention + 2 * w) + w
        dense, mixture = embed + rest + s["layers"] * mlp, embed + rest + s["layers"] * (4 * mlp + 4 * w)
        print("%-5s dense %.2f M weights, mixture %.2f M (%.1f MB in Q8_0, %.1f MB in Q6_K)" % (name, dense / 1e6, mixture / 1e6, mixture * 34 / 32 / 1e6, mixture * 210 / 256 / 1e6))


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("data", nargs="?")
    p.add_argument("out", nargs="?")
    p.add_argument("--plan", choices=PLANS, default="gpu" if torch.cuda.is_available() else "cpu")
    p.add_argument("--stages", default="base,again," + ",".join(AREAS))
    p.add_argument("--scale", type=float, default=1.0, help="of the plan's tokens")
    p.add_argument("--rate", type=float, default=1.0, help="of the plan's learning rates: less for a short run that goes on with another")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--pieces", type=int, default=4096)
    p.add_argument("--compile", action="store_true", help="compile the model (PyTorch 2, CUDA)")
    p.add_argument("--threads", type=int, default=0)
    p.add_argument("--minutes", type=float, default=0, help="end each stage after so many, instead of the plan's (with --scale, so that there is text enough)")
    p.add_argument("--start", help='what "again" goes on from instead of OUT/base: an earlier Starter (.gguf, by PyPI\'s gguf) or what a broken run kept')
    p.add_argument("--sizes", action="store_true", help="print the shapes' sizes and stop")
    o = p.parse_args()
    if o.sizes:
        return sizes()
    if not o.data or not o.out:
        p.error("DATA and OUT are needed")
    if o.threads:
        torch.set_num_threads(o.threads)
    os.makedirs(o.out, exist_ok=True)
    run = Run(o)
    for name in o.stages.split(","):
        run.stage(name)


if __name__ == "__main__":
    main()
