# merge.sh BEYONDER RUN TYPE: merges the four experts in RUN/model, by both
# configurations, and quantizes the mixture, the base and the experts alike.
set -eu
beyonder=$1 type=$3 here=$(cd "$(dirname "$0")" && pwd)
cd "$2"
"$beyonder" merge "$here/merge.yml" mixture.gguf --name Starter
"$beyonder" merge "$here/merge-card.yml" mixture-card.gguf
"$beyonder" quantize mixture.gguf starter.gguf --type "$type"
for name in base chat code story math; do
	printf 'merge_method: passthrough\ndtype: float16\nmodels:\n  - model: model/%s\n' "$name" >"$name.yml"
	"$beyonder" merge "$name.yml" "$name-f16.gguf"
	"$beyonder" quantize "$name-f16.gguf" "$name.gguf" --type "$type"
	rm "$name.yml" "$name-f16.gguf"
done
