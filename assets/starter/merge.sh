# merge.sh BEYONDER RUN TYPE: quantizes the base and the four experts in RUN/model, and
# merges the quantized experts by both configurations. Their blocks are copied as they
# are, so that the experts can be cut out of the mixture again.
set -eu
beyonder=$1 type=$3 here=$(cd "$(dirname "$0")" && pwd)
cd "$2"
for name in base chat code story math; do
	"$beyonder" quantize "model/$name" "$name.gguf" --type "$type"
done
for name in merge merge-card; do
	cp "$here/$name.yml" .
done
"$beyonder" merge merge.yml starter.gguf --name Starter
"$beyonder" merge merge-card.yml starter-card.gguf
sha256sum starter.gguf >starter.sha256 # goes with it into the program
