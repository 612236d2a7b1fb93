package grammar

import (
	"strings"
	"testing"
)

func TestSchemas(t *testing.T) {
	cases := []struct {
		schema  string
		yes, no []string
	}{
		{`true`, []string{`1`, `{"a": [null, "x"]}`, `"é"`}, []string{``, `{`, `tru`}},
		{`{}`, []string{`-1.5e3`, `[]`, "{\n  \"a\":1}"}, []string{`01`, `1.`, `"\ud800"`, `"a`}},
		{`{"type": "null"}`, []string{`null`}, []string{`0`}},
		{`{"type": ["boolean", "null"]}`, []string{`true`, `null`}, []string{`1`}},
		{`{"type": "string"}`, []string{`"a\"b\\ \n"`, `"\u00e9"`, `"漢"`}, []string{`"\q"`, "\"\n\"", `"\uDC00"`}},
		{`{"type": "string", "minLength": 2, "maxLength": 3}`, []string{`"ab"`, `"\né漢"`}, []string{`"a"`, `"abcd"`}},
		{`{"type": "string", "pattern": "^[A-Z]{2}-\\d+$"}`, []string{`"AB-1"`, `"ZZ-123"`}, []string{`"A-1"`, `"AB-"`, `"AB-1 "`}},
		{`{"pattern": "b+"}`, []string{`"abba"`, `"b"`}, []string{`"a"`, `1`}},
		{`{"type": "string", "pattern": "^(a|\"|\\\\|\n)*$"}`, []string{`"a\"\\\n"`, `""`}, []string{`"b"`, `"\q"`}},
		{`{"type": "string", "pattern": "^[^x]$"}`, []string{`"\""`, `"\\"`, `"é"`, `"\n"`}, []string{`"x"`, `"\"`, `""`}},
		{`{"type": "string", "pattern": "^\\w\\W$"}`, []string{`"a-"`}, []string{`"aé"`, `"--"`}},
		{`{"type": "string", "pattern": "^[a-c]{2}$", "maxLength": 4}`, []string{`"ab"`}, []string{`"abc"`}},
		{`{"format": "date"}`, []string{`"2024-02-28"`, `"1999-12-31"`}, []string{`"2024-02-30"`, `"2024-13-01"`, `"2024-2-1"`}},
		{`{"format": "time"}`, []string{`"23:59:59Z"`, `"00:00:00.5+02:00"`}, []string{`"24:00:00Z"`, `"10:00:00"`}},
		{`{"format": "date-time"}`, []string{`"2024-02-28T10:00:00Z"`}, []string{`"2024-02-28"`}},
		{`{"format": "uuid"}`, []string{`"123e4567-e89b-12d3-a456-426614174000"`}, []string{`"123e4567"`}},
		{`{"format": "ipv4"}`, []string{`"192.168.0.255"`}, []string{`"192.168.0.256"`, `"01.2.3.4"`}},
		{`{"format": "email"}`, []string{`"ann.lee+x@mail.example.org"`}, []string{`"ann"`, `"a@b"`, `"@b.org"`}},
		{`{"type": "integer"}`, []string{`0`, `-12`, `7`}, []string{`1.5`, `007`, `-`}},
		{`{"type": "integer", "minimum": 3, "maximum": 123}`, []string{`3`, `9`, `10`, `99`, `100`, `123`}, []string{`2`, `124`, `-3`, `03`, `1000`}},
		{`{"type": "integer", "minimum": -15, "maximum": 20}`, []string{`-15`, `-1`, `0`, `20`}, []string{`-16`, `21`, `-0`}},
		{`{"type": "integer", "exclusiveMinimum": 0}`, []string{`1`, `10`, `999`}, []string{`0`, `-1`}},
		{`{"type": "integer", "maximum": -5}`, []string{`-5`, `-12`, `-100`}, []string{`-4`, `5`, `0`}},
		{`{"type": "integer", "minimum": 1.5, "maximum": 3.5}`, []string{`2`, `3`}, []string{`1`, `4`}},
		{`{"type": "number", "minimum": 0, "maximum": 1}`, []string{`0`, `0.5`, `1`, `1.0`, `0.001`}, []string{`1.1`, `-0.1`, `2`, `1.01`}},
		{`{"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}`, []string{`0.5`, `0.001`, `0.99`}, []string{`0`, `1`, `0.0`, `1.0`}},
		{`{"type": "number", "minimum": -2.5, "maximum": 10.25}`, []string{`-2.5`, `-2.49`, `-0.1`, `0`, `10`, `10.2`, `10.25`, `9.999`}, []string{`-2.51`, `-3`, `10.26`, `10.3`, `11`}},
		{`{"type": "number", "minimum": 0.25, "maximum": 0.5}`, []string{`0.25`, `0.3`, `0.5`, `0.50`, `0.4999`}, []string{`0.2`, `0.24`, `0.51`, `0.501`, `0`}},
		{`{"enum": ["a", 1, null, {"b": [true]}]}`, []string{`"a"`, `1`, `null`, `{"b":[true]}`}, []string{`"b"`, `2`}},
		{`{"type": "string", "enum": ["a", 1, "abc"], "maxLength": 2}`, []string{`"a"`}, []string{`1`, `"abc"`}},
		{`{"const": "a\"b\n"}`, []string{`"a\"b\n"`}, []string{`"a"`}},
		{`{"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 3}`, []string{`[1]`, `[ 1, 2,3 ]`}, []string{`[]`, `[1,2,3,4]`, `["a"]`, `[1,]`}},
		{`{"type": "array", "maxItems": 0}`, []string{`[]`}, []string{`[1]`}},
		{`{"type": "array", "items": false}`, []string{`[]`}, []string{`[1]`}},
		{`{"items": {"type": "null"}}`, []string{`[]`, `[null,null]`}, []string{`1`, `[1]`}},
		{`{"prefixItems": [{"type": "integer"}, {"type": "string"}], "minItems": 2}`, []string{`[1,"a"]`}, []string{`[1]`, `[1,"a",2]`, `["a",1]`}},
		{`{"prefixItems": [{"type": "integer"}, {"type": "string"}]}`, []string{`[]`, `[1]`, `[1,"a"]`}, []string{`["a"]`, `[1,"a",2]`}},
		{`{"prefixItems": [{"type": "integer"}], "items": {"type": "null"}, "minItems": 2, "maxItems": 4}`, []string{`[1,null]`, `[1,null,null,null]`}, []string{`[1]`, `[1,1]`, `[1,null,null,null,null]`}},
		{`{"prefixItems": [{"type": "integer"}, {"type": "null"}, true], "maxItems": 2}`, []string{`[]`, `[1,null]`}, []string{`[1,null,2]`}},
		{`{"type": "object"}`, []string{`{}`, `{"a": 1, "b": {}}`}, []string{`[]`, `{"a"}`}},
		{`{"properties": {"a": {"type": "integer"}, "b": {"type": "string"}, "c": true}, "required": ["b"]}`,
			[]string{`{"b":"x"}`, `{"a":1,"b":"x"}`, `{"a": 1, "b": "x", "c": [1]}`, "{\n\t\"b\":\"x\"\n}"}, []string{`{}`, `{"b":"x","a":1}`, `{"a":1}`, `{"b":"x","d":1}`, `{"b":"x",}`}},
		{`{"properties": {"a": {"type": "integer"}, "b": {"type": "string"}, "c": {"type": "null"}}}`,
			[]string{`{}`, `{"a":1}`, `{"b":"x"}`, `{"a":1,"c":null}`, `{"a":1,"b":"","c":null}`, `{"c":null}`}, []string{`{"b":"x","a":1}`, `{,"a":1}`, `{"a":1,}`}},
		{`{"properties": {"a": {"type": "integer"}}, "additionalProperties": {"type": "null"}}`,
			[]string{`{}`, `{"a":1}`, `{"b":null}`, `{"a":1,"ab":null,"":null}`, `{"aa":null}`}, []string{`{"a":null}`, `{"b":1}`, `{"\u0061":null}`}},
		{`{"properties": {"ab": {"type": "integer"}, "ac": true, "": true}, "required": ["ab"], "additionalProperties": {"type": "null"}}`,
			[]string{`{"ab":1,"a":null,"abc":null,"é":null}`}, []string{`{"ab":1,"ab":null}`, `{"ab":1,"":null,"ac":1}`}},
		{`{"properties": {"a": false, "b": {"type": "null"}}}`, []string{`{}`, `{"b":null}`}, []string{`{"a":1}`}},
		{`{"type": "object", "properties": {"a": true}, "additionalProperties": false, "maxProperties": 1, "minProperties": 0}`, []string{`{}`, `{"a":1}`}, []string{`{"b":1}`}},
		{`{"type": "object", "required": ["x"]}`, []string{`{"x":1}`, `{"x":1,"y":2}`}, []string{`{}`, `{"y":2}`}},
		{`{"$ref": "#/$defs/tree", "$defs": {"tree": {"type": "object", "properties": {"v": {"type": "integer"}, "kids": {"type": "array", "items": {"$ref": "#/$defs/tree"}}}, "required": ["v"]}}}`,
			[]string{`{"v":1}`, `{"v":1,"kids":[{"v":2,"kids":[]},{"v":3}]}`}, []string{`{"kids":[]}`, `{"v":1,"kids":[1]}`}},
		{`{"definitions": {"a~b/c": {"const": 1}}, "anyOf": [{"$ref": "#/definitions/a~0b~1c"}, {"type": "string"}]}`, []string{`1`, `"x"`}, []string{`2`}},
		{`{"allOf": [{"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}, {"properties": {"a": {"maximum": 5}, "b": {"type": "null"}}, "required": ["b"]}]}`,
			[]string{`{"a":5,"b":null}`}, []string{`{"a":6,"b":null}`, `{"a":1}`}},
		{`{"allOf": [{"type": ["integer", "string"]}, {"type": ["string", "null"]}], "maxLength": 1}`, []string{`"a"`}, []string{`"ab"`, `1`, `null`}},
		{`{"allOf": [{"enum": [1, 2, 3]}, {"enum": [2, 3, 4]}], "minimum": 2.5}`, []string{`3`}, []string{`2`, `1`, `4`}},
		{`{"type": "object", "properties": {"k": {"type": "string"}}, "required": ["k"], "anyOf": [{"properties": {"x": {"const": 1}}, "required": ["x"]}, {"properties": {"y": {"const": 2}}, "required": ["y"]}]}`,
			[]string{`{"k":"","x":1}`, `{"k":"","y":2}`}, []string{`{"k":""}`, `{"x":1}`}},
		{`{"oneOf": [{"type": "integer"}, {"type": "string"}]}`, []string{`1`, `"a"`}, []string{`null`}},
		{`{"oneOf": [{"type": "object", "properties": {"t": {"const": "a"}, "v": {"type": "integer"}}, "required": ["t", "v"]}, {"type": "object", "properties": {"t": {"const": "b"}}, "required": ["t"]}]}`,
			[]string{`{"t":"a","v":1}`, `{"t":"b"}`}, []string{`{"t":"a"}`, `{"t":"c"}`}},
		{`{"oneOf": [{"type": "integer", "maximum": 0}, {"type": "integer", "exclusiveMinimum": 0}]}`, []string{`0`, `-1`, `1`}, nil},
		{`{"title": "T", "description": "d", "default": 1, "examples": [1], "$schema": "x", "const": 1}`, []string{`1`}, []string{`2`}},
	}
	for _, c := range cases {
		g, err := ParseSchema(c.schema)
		if err != nil {
			t.Errorf("%s: %v", c.schema, err)
			continue
		}
		for _, text := range c.yes {
			if !g.Match(text) {
				gbnf, _ := FromSchema(c.schema)
				t.Errorf("%s refuses %s\n%s", c.schema, text, gbnf)
			}
		}
		for _, text := range c.no {
			if g.Match(text) {
				gbnf, _ := FromSchema(c.schema)
				t.Errorf("%s takes %s\n%s", c.schema, text, gbnf)
			}
		}
	}
}

func TestSchemaErrors(t *testing.T) {
	cases := []struct{ schema, want string }{
		{``, `the schema is empty`},
		{`{"type": "strin"}`, `line 1, column 10: there is no type "strin"`},
		{"{\n  \"type\": \"string\",\n}", `line 2, column 19: this comma has nothing behind it`},
		{`{"type" "string"}`, `line 1, column 9: a : must stand here, not "\""`},
		{`{"type": "string"`, `line 1, column 1: this { is not closed`},
		{`{type: 1}`, `line 1, column 2: a member's name in quotes must stand here, not "t"`},
		{`{"a": 1, "a": 2}`, `line 1, column 10: "a" stands twice`},
		{`{"type": "string} `, `line 1, column 10: the text that begins here is not closed`},
		{`[1, 2`, `line 1, column 1: this [ is not closed`},
		{`{} {}`, `line 1, column 4: "{" stands behind the end`},
		{`{"a": 01}`, `line 1, column 7: 01 is not a number`},
		{`12`, `line 1, column 1: a schema is an object, true or false, not a number`},
		{`{"properties": {"a": {"type": "array", "uniqueItems": true}}}`, `line 1, column 40: uniqueItems is not supported`},
		{`{"not": {}}`, `line 1, column 2: the keyword "not" is not supported`},
		{`{"multipleOf": 2}`, `line 1, column 2: the keyword "multipleOf" is not supported`},
		{`{"pattern": "(?=a)"}`, `line 1, column 13: the pattern cannot be used: looking ahead`},
		{`{"pattern": "a^b"}`, `line 1, column 13: ^ and $ are supported only`},
		{`{"pattern": "\\bx"}`, `line 1, column 13: the pattern uses`},
		{`{"pattern": "^a+$", "maxLength": 3}`, `line 1, column 13: minLength and maxLength beside a pattern`},
		{`{"format": "hostname"}`, `line 1, column 12: the format "hostname" is not supported`},
		{`{"$ref": "other.json"}`, `line 1, column 10: $ref "other.json" cannot be followed`},
		{`{"$ref": "#/$defs/x"}`, `line 1, column 10: $ref "#/$defs/x" points to nothing: there is no "$defs"`},
		{`{"$ref": "#"}`, `line 1, column 1: this schema refers to itself without`},
		{`{"oneOf": [{"type": "integer"}, {"type": "number"}]}`, `line 1, column 11: alternatives 1 and 2 of oneOf may both fit`},
		{`{"anyOf": []}`, `line 1, column 11: anyOf is a list of schemas, at least one`},
		{`{"type": "object", "minProperties": 2}`, `line 1, column 37: minProperties is not supported beyond`},
		{`{"minLength": -1}`, `line 1, column 15: minLength is a whole number`},
		{`{"type": "integer", "minimum": 5, "maximum": 4}`, `no JSON fits the schema`},
		{`{"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]}`, `no JSON fits the schema`},
		{`{"type": "object", "properties": {"a": {}}, "required": ["b"], "additionalProperties": false}`, `no JSON fits the schema`},
		{`{"type": "array", "maxItems": 90000}`, `the schema allows texts or arrays of too many lengths`},
		{strings.Repeat("[", 300), `line 1, column 201: more than 200 objects and arrays`},
	}
	for _, c := range cases {
		_, err := ParseSchema(c.schema)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%.90s: %v\nwant %s", c.schema, err, c.want)
		}
	}
}
