# score.sh BEYONDER RUN [flags of score.py]: asks the held-out questions of the base,
# of each expert and of the mixture, and looks at the routing of both merges.
set -eu
beyonder=$1 run=$2 here=$(dirname "$0")
shift 2
for name in base chat code story math starter; do
	echo "$name:"
	area=$name
	case $name in base | starter) area= ;; esac
	"$PYTHON" "$here/score.py" --beyonder "$beyonder" --model "$run/$name.gguf" "$run/corpus/heldout.jsonl" --report "$run/score-$name.json" ${area:+--area "$area"} "$@"
done
for name in starter starter-card; do
	echo "routing of $name:"
	"$PYTHON" "$here/routing.py" "$run/data" "$run/$name.gguf" --report "$run/routing-$name.json"
done
