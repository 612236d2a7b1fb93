"""Code: short idioms in Python and Go, each with a sentence that explains it.

An idiom is (what is asked for, explanation, Python, its test, Go, what the Go code
must have, the wording kept for the evaluation). $a, $b and $c are names that vary.
"""

import re

from areas import more, spoken
from areas.wording import pick, sentence, typed

AREA = "code"

NAMES = {"$a": "items values numbers xs data list1 seq elements nums prices scores entries things arr lst series points ages".split(), "$t": "text s line word phrase string sentence t message name".split(), "$n": "n count number k num m amount".split(), "$d": "table counts found seen result".split(), "$x": "x item value v element entry e".split()}

IDIOMS = [
("reverse a list", "The last comes first: {the order is turned around|it reads from the end to the beginning}.",
 "def reverse($a):\n    return $a[::-1]", "assert reverse([1, 2, 3]) == [3, 2, 1]",
 "func reverse($a []int) {\n\tslices.Reverse($a)\n}", [r"slices\.Reverse|len\("], "a list backwards"),
("reverse a string", "{A string is turned around letter by letter|The letters come in the opposite order}.",
 "def reverse_text($t):\n    return $t[::-1]", "assert reverse_text('abc') == 'cba'",
 "func reverseText($t string) string {\n\tr := []rune($t)\n\tslices.Reverse(r)\n\treturn string(r)\n}", [r"\[\]rune", r"return string"], "a string with its letters turned around"),
("add up a list of numbers", "The total {starts at 0 and|begins with 0 and} each number is added to it.",
 "def total($a):\n    result = 0\n    for $x in $a:\n        result += $x\n    return result", "assert total([1, 2, 3]) == 6",
 "func total($a []int) int {\n\tsum := 0\n\tfor _, $x := range $a {\n\t\tsum += $x\n\t}\n\treturn sum\n}", [r"range", r"\+="], "the grand total of several numbers"),
("find the largest number in a list", "{max looks at all of them|It compares all} and keeps the largest.",
 "def largest($a):\n    return max($a)", "assert largest([3, 9, 2]) == 9",
 "func largest($a []int) int {\n\treturn slices.Max($a)\n}", [r"slices\.Max|>"], "the biggest value of a list"),
("find the smallest number in a list", "{min looks at all of them|It compares all} and keeps the smallest.",
 "def smallest($a):\n    return min($a)", "assert smallest([3, 9, 2]) == 2",
 "func smallest($a []int) int {\n\treturn slices.Min($a)\n}", [r"slices\.Min|<"], "the least value of a list"),
("sort a list", "The result is in ascending order; {the original stays as it is|a new list is made}.",
 "def in_order($a):\n    return sorted($a)", "assert in_order([3, 1, 2]) == [1, 2, 3]",
 "func inOrder($a []int) []int {\n\tcopied := slices.Clone($a)\n\tslices.Sort(copied)\n\treturn copied\n}", [r"slices\.Sort|sort\."], "putting a list into ascending order"),
("sort a list from large to small", "reverse {turns the order around|makes it descending}: the largest comes first.",
 "def descending($a):\n    return sorted($a, reverse=True)", "assert descending([3, 1, 2]) == [3, 2, 1]",
 "func descending($a []int) {\n\tslices.SortFunc($a, func(p, q int) int { return q - p })\n}", [r"Sort"], "ordering with the biggest in front"),
("count the words in a text", "The text is {split|cut} at white space, and the pieces are counted.",
 "def count_words($t):\n    return len($t.split())", "assert count_words('a b  c') == 3",
 "func countWords($t string) int {\n\treturn len(strings.Fields($t))\n}", [r"strings\.Fields", r"len"], "how many words some text has"),
("count how often each word occurs", "A {dictionary|table} holds a number for each word, {which grows each time|and each word adds one}.",
 "def word_counts($t):\n    $d = {}\n    for word in $t.split():\n        $d[word] = $d.get(word, 0) + 1\n    return $d", "assert word_counts('a b a') == {'a': 2, 'b': 1}",
 "func wordCounts($t string) map[string]int {\n\t$d := map[string]int{}\n\tfor _, word := range strings.Fields($t) {\n\t\t$d[word]++\n\t}\n\treturn $d\n}", [r"map\[string\]int", r"\+\+"], "a table of word frequencies"),
("check if a number is even", "A number is even if {the remainder of dividing by 2 is 0|dividing it by 2 leaves nothing}.",
 "def is_even($n):\n    return $n % 2 == 0", "assert is_even(4) and not is_even(5)",
 "func isEven($n int) bool {\n\treturn $n%2 == 0\n}", [r"%\s*2 == 0"], "deciding whether two divides a number"),
("check if a number is prime", "A prime has no divisor {from 2 up to its square root|between 2 and its root}, so only these are tried.",
 "def is_prime($n):\n    if $n < 2:\n        return False\n    i = 2\n    while i * i <= $n:\n        if $n % i == 0:\n            return False\n        i += 1\n    return True", "assert [n for n in range(12) if is_prime(n)] == [2, 3, 5, 7, 11]",
 "func isPrime($n int) bool {\n\tfor i := 2; i*i <= $n; i++ {\n\t\tif $n%i == 0 {\n\t\t\treturn false\n\t\t}\n\t}\n\treturn $n >= 2\n}", [r"%", r"return false", r"for"], "a test for primes"),
("compute a factorial", "{All numbers from 1 to n are multiplied|It multiplies the numbers from 1 to n}.",
 "def factorial($n):\n    result = 1\n    for i in range(2, $n + 1):\n        result *= i\n    return result", "assert factorial(5) == 120",
 "func factorial($n int) int {\n\tresult := 1\n\tfor i := 2; i <= $n; i++ {\n\t\tresult *= i\n\t}\n\treturn result\n}", [r"\*=", r"for"], "n factorial"),
("compute Fibonacci numbers", "Each number is the sum of the two before it{, so two variables suffice|}.",
 "def fibonacci($n):\n    a, b = 0, 1\n    for _ in range($n):\n        a, b = b, a + b\n    return a", "assert [fibonacci(i) for i in range(7)] == [0, 1, 1, 2, 3, 5, 8]",
 "func fibonacci($n int) int {\n\ta, b := 0, 1\n\tfor range $n {\n\t\ta, b = b, a+b\n\t}\n\treturn a\n}", [r"a, b = b, a\s*\+\s*b"], "the Fibonacci sequence"),
("find the greatest common divisor", "This is Euclid's method: {replace the larger by the remainder until it is 0|take remainders until nothing is left}.",
 "def gcd(a, b):\n    while b:\n        a, b = b, a % b\n    return a", "assert gcd(12, 18) == 6",
 "func gcd(a, b int) int {\n\tfor b != 0 {\n\t\ta, b = b, a%b\n\t}\n\treturn a\n}", [r"a\s*%\s*b"], "the GCD of two numbers"),
("check if a text is a palindrome", "A palindrome reads the same {from both ends|backwards}.",
 "def is_palindrome($t):\n    return $t == $t[::-1]", "assert is_palindrome('level') and not is_palindrome('ab')",
 "func isPalindrome($t string) bool {\n\tr := []rune($t)\n\tfor i := range len(r) / 2 {\n\t\tif r[i] != r[len(r)-1-i] {\n\t\t\treturn false\n\t\t}\n\t}\n\treturn true\n}", [r"return false", r"return true"], "recognising words like level"),
("remove duplicates from a list", "{What was seen is remembered|A set remembers what was there}, and only new ones are kept, in their order.",
 "def unique($a):\n    return list(dict.fromkeys($a))", "assert unique([1, 2, 1, 3]) == [1, 2, 3]",
 "func unique($a []int) []int {\n\tseen := map[int]bool{}\n\tvar out []int\n\tfor _, $x := range $a {\n\t\tif !seen[$x] {\n\t\t\tseen[$x] = true\n\t\t\tout = append(out, $x)\n\t\t}\n\t}\n\treturn out\n}", [r"map\[int\]", r"append"], "keeping each element only once"),
("read a file", "The file is closed {when it has been read|again at the end}, and its text is returned.",
 "def read_file(path):\n    with open(path, encoding=\"utf-8\") as f:\n        return f.read()", "import tempfile, os\np = tempfile.mktemp()\nopen(p, 'w').write('hi')\nassert read_file(p) == 'hi'\nos.remove(p)",
 "func readFile(path string) (string, error) {\n\tb, err := os.ReadFile(path)\n\treturn string(b), err\n}", [r"os\.ReadFile", r"err"], "getting the content of a file into a string"),
("write a text to a file", "The file is {made if it is not there|created}, and what was in it is replaced.",
 "def write_file(path, text):\n    with open(path, \"w\", encoding=\"utf-8\") as f:\n        f.write(text)", "import tempfile, os\np = tempfile.mktemp()\nwrite_file(p, 'hi')\nassert open(p).read() == 'hi'\nos.remove(p)",
 "func writeFile(path, text string) error {\n\treturn os.WriteFile(path, []byte(text), 0o644)\n}", [r"os\.WriteFile"], "saving a string on disk"),
("read a file line by line", "{Only one line is in memory at a time|The lines come one after the other}, without the line break.",
 "def lines(path):\n    with open(path, encoding=\"utf-8\") as f:\n        for line in f:\n            yield line.rstrip(\"\\n\")", "import tempfile, os\np = tempfile.mktemp()\nopen(p, 'w').write('a\\nb\\n')\nassert list(lines(p)) == ['a', 'b']\nos.remove(p)",
 "func printLines(r io.Reader) error {\n\tlines := bufio.NewScanner(r)\n\tfor lines.Scan() {\n\t\tfmt.Println(lines.Text())\n\t}\n\treturn lines.Err()\n}", [r"bufio\.NewScanner", r"Scan\(\)"], "going through the lines of a file"),
("make a table of squares", "A {comprehension|loop} makes one square for each number.",
 "def squares($n):\n    return [i * i for i in range($n)]", "assert squares(4) == [0, 1, 4, 9]",
 "func squares($n int) []int {\n\tvar out []int\n\tfor i := range $n {\n\t\tout = append(out, i*i)\n\t}\n\treturn out\n}", [r"i\s*\*\s*i", r"append"], "the first n square numbers"),
("keep only the even numbers of a list", "Each number is tested, and {only those that pass are kept|the odd ones are left out}.",
 "def evens($a):\n    return [$x for $x in $a if $x % 2 == 0]", "assert evens([1, 2, 3, 4]) == [2, 4]",
 "func evens($a []int) []int {\n\tvar out []int\n\tfor _, $x := range $a {\n\t\tif $x%2 == 0 {\n\t\t\tout = append(out, $x)\n\t\t}\n\t}\n\treturn out\n}", [r"%\s*2 == 0", r"append"], "filtering out the odd ones"),
("join words with commas", "The words are put together with {a comma and a space|\", \"} between them.",
 "def join_words(words):\n    return \", \".join(words)", "assert join_words(['a', 'b']) == 'a, b'",
 "func joinWords(words []string) string {\n\treturn strings.Join(words, \", \")\n}", [r"strings\.Join"], "one comma-separated string of several words"),
("split a text at commas", "The text is cut at each comma, and {the spaces around are removed|spaces at the ends are dropped}.",
 "def split_fields($t):\n    return [part.strip() for part in $t.split(\",\")]", "assert split_fields('a, b') == ['a', 'b']",
 "func splitFields($t string) []string {\n\tparts := strings.Split($t, \",\")\n\tfor i := range parts {\n\t\tparts[i] = strings.TrimSpace(parts[i])\n\t}\n\treturn parts\n}", [r"strings\.Split"], "cutting comma-separated text into its fields"),
("search a sorted list", "Binary search {halves the range at each step|looks in the middle and goes on in one half}.",
 "def find($a, wanted):\n    low, high = 0, len($a)\n    while low < high:\n        middle = (low + high) // 2\n        if $a[middle] < wanted:\n            low = middle + 1\n        else:\n            high = middle\n    return low if low < len($a) and $a[low] == wanted else -1", "assert find([1, 3, 5], 3) == 1 and find([1, 3], 2) == -1",
 "func find($a []int, wanted int) int {\n\ti, ok := slices.BinarySearch($a, wanted)\n\tif !ok {\n\t\treturn -1\n\t}\n\treturn i\n}", [r"BinarySearch|middle"], "binary search"),
("compute the average of a list", "The sum is divided by {how many there are|the number of values}.",
 "def average($a):\n    return sum($a) / len($a)", "assert average([1, 2, 3]) == 2",
 "func average($a []float64) float64 {\n\tsum := 0.0\n\tfor _, $x := range $a {\n\t\tsum += $x\n\t}\n\treturn sum / float64(len($a))\n}", [r"/ float64\(len"], "the mean of some values"),
("swap two variables", "Both sides are {worked out|evaluated} first, so no third variable is needed.",
 "def swap(a, b):\n    a, b = b, a\n    return a, b", "assert swap(1, 2) == (2, 1)",
 "func swap(a, b int) (int, int) {\n\ta, b = b, a\n\treturn a, b\n}", [r"b, a"], "exchanging two values"),
("loop over a list with an index", "{enumerate|The loop} gives the position and the value together.",
 "def numbered($a):\n    out = []\n    for i, $x in enumerate($a):\n        out.append((i, $x))\n    return out", "assert numbered(['a']) == [(0, 'a')]",
 "func numbered($a []string) {\n\tfor i, $x := range $a {\n\t\tfmt.Println(i, $x)\n\t}\n}", [r"for i, \w+ := range"], "walking over elements and their positions"),
("merge two dictionaries", "Where both have a key, {the second wins|the value of the second is taken}.",
 "def merged(a, b):\n    return {**a, **b}", "assert merged({'x': 1}, {'x': 2, 'y': 3}) == {'x': 2, 'y': 3}",
 "func merged(a, b map[string]int) map[string]int {\n\tout := maps.Clone(a)\n\tmaps.Copy(out, b)\n\treturn out\n}", [r"maps\.|range b"], "uniting two maps"),
("convert a string to a number", "{If the text is no number, there is an error|A text that is no number is an error} to be handled.",
 "def to_number($t):\n    try:\n        return int($t)\n    except ValueError:\n        return None", "assert to_number('12') == 12 and to_number('x') is None",
 "func toNumber($t string) (int, error) {\n\treturn strconv.Atoi($t)\n}", [r"strconv\.(Atoi|Parse)"], "parsing digits into an integer"),
("handle an error", "The error is {caught|looked at} where something can be done about it.",
 "def divide(a, b):\n    try:\n        return a / b\n    except ZeroDivisionError:\n        return None", "assert divide(4, 2) == 2 and divide(1, 0) is None",
 "func divide(a, b int) (int, error) {\n\tif b == 0 {\n\t\treturn 0, errors.New(\"division by zero\")\n\t}\n\treturn a / b, nil\n}", [r"error", r"nil"], "dealing with failures such as division by zero"),
("define a class with a method", "The {class|type} has data and {a method|something that it can do}.",
 "class Counter:\n    def __init__(self):\n        self.n = 0\n\n    def add(self):\n        self.n += 1\n        return self.n", "c = Counter()\nassert c.add() == 1 and c.add() == 2",
 "type Counter struct {\n\tn int\n}\n\nfunc (c *Counter) Add() int {\n\tc.n++\n\treturn c.n\n}", [r"type \w+ struct", r"func \(\w+ \*?\w+\)"], "data together with its own functions"),
("write a stack", "The last that was {put in|pushed} is the first that comes out.",
 "class Stack:\n    def __init__(self):\n        self.items = []\n\n    def push(self, item):\n        self.items.append(item)\n\n    def pop(self):\n        return self.items.pop()", "s = Stack()\ns.push(1)\ns.push(2)\nassert s.pop() == 2",
 "type Stack struct {\n\titems []int\n}\n\nfunc (s *Stack) Push(item int) { s.items = append(s.items, item) }\n\nfunc (s *Stack) Pop() int {\n\tlast := s.items[len(s.items)-1]\n\ts.items = s.items[:len(s.items)-1]\n\treturn last\n}", [r"Push", r"Pop"], "last in, first out"),
("print hello world", "{It writes one line to standard output|The line appears in the terminal}.",
 "def main():\n    print(\"Hello, world!\")\n\n\nmain()", "",
 "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Println(\"Hello, world!\")\n}", [r"fmt\.Print"], "the classic first program"),
("write a for loop from 1 to 10", "{The end is included|It counts from 1 up to 10}.",
 "def count():\n    out = []\n    for i in range(1, 11):\n        out.append(i)\n    return out", "assert count() == list(range(1, 11))",
 "func count() {\n\tfor i := 1; i <= 10; i++ {\n\t\tfmt.Println(i)\n\t}\n}", [r"for i := 1; i <= 10; i\+\+|range"], "counting up to ten"),
("solve FizzBuzz", "{Multiples of 15 come first|15 is tested first}, because they are multiples of 3 and of 5.",
 "def fizzbuzz($n):\n    if $n % 15 == 0:\n        return \"FizzBuzz\"\n    if $n % 3 == 0:\n        return \"Fizz\"\n    if $n % 5 == 0:\n        return \"Buzz\"\n    return str($n)", "assert [fizzbuzz(i) for i in (1, 3, 5, 15)] == ['1', 'Fizz', 'Buzz', 'FizzBuzz']",
 "func fizzBuzz($n int) string {\n\tswitch {\n\tcase $n%15 == 0:\n\t\treturn \"FizzBuzz\"\n\tcase $n%3 == 0:\n\t\treturn \"Fizz\"\n\tcase $n%5 == 0:\n\t\treturn \"Buzz\"\n\t}\n\treturn strconv.Itoa($n)\n}", [r"FizzBuzz", r"Buzz"], "the Fizz and Buzz game"),
("count the vowels in a text", "Each letter is {looked up among|compared with} the five vowels.",
 "def count_vowels($t):\n    return sum(c in \"aeiou\" for c in $t.lower())", "assert count_vowels('Hello') == 2",
 "func countVowels($t string) int {\n\tn := 0\n\tfor _, c := range strings.ToLower($t) {\n\t\tif strings.ContainsRune(\"aeiou\", c) {\n\t\t\tn++\n\t\t}\n\t}\n\treturn n\n}", [r"aeiou"], "the number of a, e, i, o and u"),
("convert Celsius to Fahrenheit", "Times 9/5, plus 32{: 100 becomes 212|}.",
 "def fahrenheit(celsius):\n    return celsius * 9 / 5 + 32", "assert fahrenheit(100) == 212",
 "func fahrenheit(celsius float64) float64 {\n\treturn celsius*9/5 + 32\n}", [r"9\s*/\s*5"], "temperatures the American way"),
("flatten a list of lists", "The inner lists are {put one after the other|joined in order}.",
 "def flatten(rows):\n    return [x for row in rows for x in row]", "assert flatten([[1], [2, 3]]) == [1, 2, 3]",
 "func flatten(rows [][]int) []int {\n\treturn slices.Concat(rows...)\n}", [r"slices\.Concat|append"], "one level instead of nested lists"),
("make a set of words", "A set holds each word once{ and knows quickly whether it is there|}.",
 "def word_set($t):\n    return set($t.lower().split())", "assert word_set('a B a') == {'a', 'b'}",
 "func wordSet($t string) map[string]bool {\n\tset := map[string]bool{}\n\tfor _, w := range strings.Fields(strings.ToLower($t)) {\n\t\tset[w] = true\n\t}\n\treturn set\n}", [r"map\[string\]"], "the distinct words of a text"),
("repeat something with a goroutine or a thread", "The work runs {beside the rest|at the same time}, and at the end one waits for it.",
 "import threading\n\n\ndef run_all(jobs):\n    threads = [threading.Thread(target=job) for job in jobs]\n    for t in threads:\n        t.start()\n    for t in threads:\n        t.join()", "done = []\nrun_all([lambda: done.append(1), lambda: done.append(2)])\nassert sorted(done) == [1, 2]",
 "func runAll(jobs []func()) {\n\tvar wg sync.WaitGroup\n\tfor _, job := range jobs {\n\t\twg.Go(job)\n\t}\n\twg.Wait()\n}", [r"go |wg\.Go", r"Wait"], "several jobs at once"),
]

LANGUAGES = ("Python", "Go")
ASKS = ["{how do I|how can I|how to|how do you} {what} in {lang}", "{write|show me|give me} {a |some |}{lang} {code|function|example} {to|that can} {what}", "{what} in {lang}", "{can you|could you|please} {what} in {lang}", "{lang}: {what}", "{write|show me} {code|a function} to {what} in {lang}", "I {want|need|would like} to {what} in {lang}"]
HELD_ASKS = ["In {lang}, what would be a snippet for {held}?", "{lang} homework: {held}. Any idea?"]


def rename(rng, *texts):
    """The texts with their variable names chosen."""
    for key, names in NAMES.items():
        name = rng.choice(names)
        texts = [t.replace(key, name) for t in texts]
    return texts


def answer(rng, idiom, lang, name=None):
    """The code with a sentence; its function has the given name, if there is one."""
    what, explain, python, _, go, _, _ = idiom
    code, = rename(rng, python if lang == "Python" else go)
    if name:
        code = re.sub(r"\b%s\b" % function(idiom, lang), name, code)
    fence = "```%s\n%s\n```" % (lang.lower(), code)
    lead = pick(rng, rng.choice(["{Like this|Here it is|In %s|This is how}:" % lang, "{Here is|This is} {how to|the way to} %s{ in %s|}:" % (what, lang)]))
    return lead + "\n\n" + fence + "\n\n" + explained(rng, idiom, lang)


IN_GO = {"enumerate gives": "The loop gives", "A comprehension": "A loop", "reverse makes it": "The comparison makes it", "reverse turns": "The comparison turns", "A dictionary": "A map", "The class has": "The type has"}


def explained(rng, idiom, lang):
    """The sentence about an idiom, without words of the other language."""
    text = pick(rng, idiom[1])
    for python, go in IN_GO.items():
        text = text.replace(python, go) if lang == "Go" else text
    return text


def function(idiom, lang):
    """The name of the only function of an idiom's code, None: there are several or none."""
    found = re.findall(r"^def (\w+)" if lang == "Python" else r"^func (\w+)", idiom[2 if lang == "Python" else 4], re.M)
    return found[0] if len(found) == 1 and found[0] != "main" and "class" not in idiom[2] else None


def ask(rng, idiom, lang):
    r = rng.random()
    pattern = rng.choice(ASKS if r < 0.2 else more.CODE_ASKS if r < 0.35 else spoken.CODE_ASKS if r < 0.6 else spoken.CODE_NOUNS if r < 0.7 else more.CODE_ASKS_NOUN)
    if "{noun}" in pattern:
        pattern = pattern.replace("{noun}", rng.choice(nouns(idiom)))
    what = rng.choice(tasks(idiom)) if rng.random() < 0.7 else idiom[0]
    text = sentence(pick(rng, spoken.fill(pattern.replace("{what}", what)).replace("{lang}", lang)).replace(" ,", ",").strip())
    return text + ("?" if pattern.startswith(("{how", "{can")) and text[-1].isalnum() else "")


COUNTED = "write a for loop from 1 to 10"


def nouns(idiom):
    """What the code of an idiom is for, in other words."""
    found = more.CODE.get(idiom[0])
    return found or [n.replace("10", idiom[0].split()[-1]) for n in more.CODE[COUNTED] if "10" in n]


def tasks(idiom):
    """What an idiom does, in other words."""
    found = spoken.TASKS.get(idiom[0])
    return found or [t.replace("10", idiom[0].split()[-1]) for t in spoken.TASKS[COUNTED]]


def some_idiom(rng):
    idiom = rng.choice(IDIOMS)
    if idiom[0] == COUNTED and rng.random() < 0.6:  # up to another number
        n = rng.choice([3, 5, 12, 15, 20, 25, 50, 99, 100, rng.randint(2, 200)])
        change = lambda t: re.sub(r"\b11\b", str(n + 1), re.sub(r"\b10\b", str(n), t))  # noqa: E731
        idiom = (change(idiom[0]), change(idiom[1]), change(idiom[2]), None, change(idiom[4]), None, None)
    return idiom


CALLS = ["{Call|Name} it {name}.", "The function {should|must} be called {name}.", "{Please name|Please call} the function {name}.", "The name of the function is {name}."]
OWN_NAMES = "solve run work do_it helper compute process calc my_func task answer result_of main_part step convert handle make_it check_it f g transform build get_it".split()


def one(rng, idiom, lang):
    """A question, its answer and the language of it."""
    text, name = ask(rng, idiom, lang), None
    if lang.lower() not in text.lower():  # no language named: Python
        lang = "Python"
    if rng.random() < 0.08 and function(idiom, lang):
        name = rng.choice(OWN_NAMES)
        if lang == "Go":
            name = re.sub(r"_(.)", lambda m: m[1].upper(), name)
        text = text.rstrip("?.!") + ". " + pick(rng, rng.choice(CALLS).replace("{name}", "NAME")).replace("NAME", name)
        return text, answer(rng, idiom, lang, name), lang
    return typed(rng, text, True, False), answer(rng, idiom, lang), lang


def conversation(rng):
    idiom = some_idiom(rng)
    q, a, lang = one(rng, idiom, rng.choice(LANGUAGES))
    turns = [(q, a)]
    r = rng.random()
    if r < 0.22:
        other = LANGUAGES[lang == "Python"]
        turns.append((pick(rng, "{and|now|the same|what about|how about|and how is it|how does it look|can you do that|the same thing|and the same|now the same|translate that|show it|also} {in|with|using|for|to} %s{?| please|, please|}" % other), answer(rng, idiom, other)))
    elif r < 0.3:
        turns.append((pick(rng, "{explain|explain it|explain that|how does {it|that|this} work|what does {it|that|the code} do|why does that work|what is happening there|can you explain it|I don't understand it|please explain}{?|}"), explained(rng, idiom, lang)))
    elif r < 0.37:
        turns.append((pick(rng, "{again|once more|with other names|other variable names|can you write it again|other names please}{?|, please|}"), answer(rng, idiom, lang)))
    elif r < 0.55:
        turns.append(one(rng, some_idiom(rng), rng.choice(LANGUAGES))[:2])
    if rng.random() < 0.1:
        turns.append((pick(rng, "{thanks|thank you|great|nice|perfect|works|cool}{!|}"), pick(rng, "{You're welcome|Gladly}! {Just ask for another one.|Is there more?}")))
    return turns


def questions(rng):
    out = []
    for i, idiom in enumerate(IDIOMS):
        lang = LANGUAGES[i % 2]
        rubric = {"python": idiom[3]} if lang == "Python" else {"go": idiom[5]}
        q = HELD_ASKS[i // 2 % 2].replace("{lang}", lang).replace("{held}", idiom[6])
        out.append({"area": AREA, "kind": idiom[0], "turns": [q], "rubric": rubric})
    return out


def check():
    """The Python code passes its tests, the Go code has what it must have."""
    import contextlib
    import io
    import random
    rng = random.Random(3)
    for idiom in IDIOMS:
        assert len(nouns(idiom)) > 4 and idiom[0] in spoken.TASKS, idiom[0]
        for t in spoken.TASKS[idiom[0]]:
            said = pick(rng, spoken.fill(t))
            assert not set(said) & set("{}|") and not re.search(r"[A-Z]{4,}", said), said
    assert {function(i, lang) for i in IDIOMS for lang in LANGUAGES} - {None}
    for what, _, python, test, go, must, _ in IDIOMS:
        for _ in range(5):
            python_now, go_now = rename(rng, python, go)
            with contextlib.redirect_stdout(io.StringIO()):
                exec(python_now + "\n" + test, {})
            assert all(re.search(m, go_now) for m in must), go_now
            assert go_now.count("{") == go_now.count("}") and "$" not in python_now + go_now, go_now
