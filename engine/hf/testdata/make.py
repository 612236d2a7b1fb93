"""Makes the folders of this directory: tiny models with random weights and the
logits that transformers computes of them in float32, and three vocabularies with
the ids that their own libraries give to some texts.

    pip install torch transformers safetensors sentencepiece tokenizers
    python make.py

Made with torch 2.15, transformers 5.23, sentencepiece 0.2.3, tokenizers 0.23.3,
safetensors 0.8.
"""

import contextlib
import json
import os
import random
import shutil
import tempfile

import sentencepiece
import torch
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM, MixtralConfig,
                          MixtralForCausalLM)

HERE = os.path.dirname(os.path.abspath(__file__))
ROWS = 404  # of the embeddings; each vocabulary is smaller

TEXT = '''The lighthouse keeper wound the clock at six every evening, whether or not a ship was due.
A mixture of experts sends each token to two of its four experts and adds up what they say.
Temperature changes how daring the choice of the next word is; zero always takes the likeliest.
def add(a, b):
    return a + b
for i in range(10): print(i, i * i)
Where is my conversation kept? It is kept on this computer, in one file, and nowhere else.
The baker had three loaves left: one for the miller, one for the priest, and one for the fox.
12 + 30 = 42, because ten and thirty are forty, and two more make forty-two.
Über den Dächern liegt Schnee; café, naïve, Ångström.
The fox said nothing, took the loaf, and left a button on the counter.
'''

TRIALS = ["The fox kept the clock.", "  two  spaces and a tab\t!", "def f(x):\n    return x * 42\n",
          "Übermäßig naïve café — 日本語 🦊", "a", " ", "forty-two experts", "line one\n\nline two",
          "<s> is not a token here </s>", "1234567890 and 3.14159"]


def write(folder, name, value):
    with open(os.path.join(HERE, folder, name), "w", encoding="utf-8") as f:
        json.dump(value, f, ensure_ascii=False, indent=0)


def ids_of(encode, texts):
    return [{"text": t, "ids": encode(t)} for t in texts]


def make_model(folder, cls, config, dtype, **saving):
    """Saves a model and the logits after two of 48 tokens."""
    rng = random.Random(3)
    ids = [1] + [rng.randrange(3, 400) for _ in range(47)]
    noise = torch.Generator().manual_seed(7)
    model = cls(config)
    with torch.no_grad():
        for name, p in model.named_parameters():
            values = torch.randn(p.shape, generator=noise)
            if "norm" in name:
                p.copy_(1 + 0.2 * values)
            else:
                p.copy_(values * (1.2 if "embed" in name else 0.9 / p.shape[-1] ** 0.5))
    path = os.path.join(HERE, folder)
    shutil.rmtree(path, ignore_errors=True)
    model.to(dtype).save_pretrained(path, **saving)
    model = cls.from_pretrained(path, dtype=torch.float32, attn_implementation="eager").eval()
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0]
    at = [5, 47]
    rows = [[round(float(x), 5) for x in logits[i]] for i in at]
    write(folder, "logits.json", {"ids": ids, "positions": at, "logits": rows})


def sentencepiece_model():
    """Trains 400 pieces on TEXT; returns the file's bytes and the processor."""
    with tempfile.TemporaryDirectory() as scratch, contextlib.chdir(scratch):
        with open("text", "w", encoding="utf-8") as f:
            f.write(TEXT * 3)
        sentencepiece.SentencePieceTrainer.train(
            input="text", model_prefix="m", vocab_size=400, model_type="bpe", byte_fallback=True,
            character_coverage=0.98, normalization_rule_name="identity", remove_extra_whitespaces=False,
            split_digits=True, allow_whitespace_only_pieces=True, num_threads=1, minloglevel=2)
        with open("m.model", "rb") as f:
            return f.read(), sentencepiece.SentencePieceProcessor(model_file="m.model")


def vocabulary_as_model(folder, model, sp):
    """tokenizer.model with the files that lie beside it."""
    with open(os.path.join(HERE, folder, "tokenizer.model"), "wb") as f:
        f.write(model)
    chatml = ("{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
              "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}")
    write(folder, "added_tokens.json", {"<|im_start|>": 400, "<|im_end|>": 401})
    write(folder, "tokenizer_config.json", {
        "add_bos_token": True, "add_eos_token": False, "bos_token": {"__type": "AddedToken", "content": "<s>"},
        "eos_token": "<|im_end|>", "unk_token": "<unk>", "pad_token": None,
        "chat_template": [{"name": "default", "template": chatml}, {"name": "plain", "template": "{{ messages[0].content }}"}]})
    write(folder, "special_tokens_map.json", {"bos_token": "<s>", "eos_token": "<|im_end|>", "unk_token": "<unk>",
                                              "additional_special_tokens": ["<|im_start|>"]})
    write(folder, "ids.json", ids_of(sp.encode, TRIALS))


def vocabulary_as_json(folder, sp):
    """The same pieces as tokenizer.json: every way to form a piece is a merge."""
    pieces = {sp.id_to_piece(i): i for i in range(sp.get_piece_size())}
    merges = []
    for piece, i in pieces.items():
        ways = [(piece[:k], piece[k:]) for k in range(1, len(piece))]
        ways = [w for w in ways if w[0] in pieces and w[1] in pieces]
        merges += [(i, w) for w in sorted(ways, key=lambda w: (pieces[w[0]], pieces[w[1]]))]
    merges.sort(key=lambda m: -sp.get_score(m[0]))
    t = Tokenizer(models.BPE(pieces, [w for _, w in merges], unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    t.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    t.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    t.add_special_tokens([AddedToken(x, special=True, normalized=False) for x in ("<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>")])
    t.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)])
    t.save(os.path.join(HERE, folder, "tokenizer.json"))
    write(folder, "tokenizer_config.json", {"bos_token": "<s>", "eos_token": "<|im_end|>"})
    write(folder, "ids.json", ids_of(lambda x: t.encode(x, add_special_tokens=False).ids, TRIALS + ["<s> hello<|im_end|>"]))


def vocabulary_of_bytes(folder):
    """A byte-level tokenizer.json that cuts words as Llama 3 does."""
    words = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
             r"|\s+(?!\S)|\s+")
    t = Tokenizer(models.BPE(ignore_merges=True))
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(words), "isolated"),
                                               pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    t.decoder = decoders.ByteLevel()
    t.train_from_iterator([TEXT], trainers.BpeTrainer(vocab_size=380, show_progress=False,
                                                      initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    t.add_special_tokens(["<|begin_of_text|>", "<|eot_id|>"])
    t.add_tokens([AddedToken("<tool>", rstrip=True, normalized=False)])
    begin = "<|begin_of_text|>"
    t.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=False),
        processors.TemplateProcessing(single=f"{begin} $A", pair=f"{begin} $A {begin} $B", special_tokens=[(begin, t.token_to_id(begin))])])
    t.save(os.path.join(HERE, folder, "tokenizer.json"))
    write(folder, "tokenizer_config.json", {"bos_token": begin, "eos_token": "<|eot_id|>"})
    with open(os.path.join(HERE, folder, "chat_template.jinja"), "w", encoding="utf-8") as f:
        f.write("{{ bos_token }}{% for m in messages %}{{ m.content }}<|eot_id|>{% endfor %}")
    write(folder, "ids.json", ids_of(lambda x: t.encode(x, add_special_tokens=False).ids, TRIALS + ["<tool>   run it now"]))


def main():
    torch.manual_seed(1)
    shape = dict(vocab_size=ROWS, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
                 num_key_value_heads=2, max_position_embeddings=512, rms_norm_eps=1e-5, bos_token_id=1, eos_token_id=2,
                 sliding_window=None, tie_word_embeddings=False)
    make_model("mixtral", MixtralForCausalLM, MixtralConfig(
        **shape, num_local_experts=4, num_experts_per_tok=2,
        rope_parameters={"rope_type": "default", "rope_theta": 1e6}), torch.bfloat16)
    tied = dict(shape, tie_word_embeddings=True)
    del tied["sliding_window"]
    make_model("llama3", LlamaForCausalLM, LlamaConfig(
        **tied, head_dim=16, rope_parameters={
            "rope_type": "llama3", "rope_theta": 500000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 64}), torch.float16, max_shard_size="40KB")
    make_model("yarn", MistralForCausalLM, MistralConfig(
        **dict(tied, num_hidden_layers=1, sliding_window=None), head_dim=8, rope_parameters={
            "rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0, "original_max_position_embeddings": 128}), torch.float32)
    model, sp = sentencepiece_model()
    vocabulary_as_model("mixtral", model, sp)
    vocabulary_as_json("yarn", sp)
    vocabulary_of_bytes("llama3")


if __name__ == "__main__":
    main()
