package hf

import (
	"fmt"
	"math"
	"unicode/utf8"
)

// sentencePiece is what a tokenizer.model holds: SentencePiece's ModelProto.
//
// The numbers of fields are those of sentencepiece_model.proto in
// github.com/google/sentencepiece.
type sentencePiece struct {
	pieces []piece

	kind               int32 // trainer_spec.model_type
	unk, bos, eos, pad int32

	normalizer   string // its name
	charsmap     bool   // it has a table of replacements
	dummyPrefix  bool   // a space is put before a text
	extraSpaces  bool   // runs of spaces become one
	spacesEscape bool   // spaces become ▁
}

type piece struct {
	text  string
	score float32
	kind  int32 // as in GGUF: 1 normal … 6 byte
}

// The types of pieces, which GGUF has taken over.
const (
	normal int32 = iota + 1
	unknown
	control
	userDefined
	unused
	byteValue
)

// pieceBPE is the model_type of byte-pair encoding.
const pieceBPE = 2

// parseSentencePiece reads a tokenizer.model. Errors do not name the file.
func parseSentencePiece(b []byte) (*sentencePiece, error) {
	m := &sentencePiece{kind: 1, unk: 0, bos: 1, eos: 2, pad: -1, dummyPrefix: true, extraSpaces: true, spacesEscape: true}
	for f, err := range fields(b) {
		if err != nil {
			return nil, err
		}
		switch {
		case f.number == 1 && f.bytes != nil:
			err = m.addPiece(f.bytes)
		case f.number == 2 && f.bytes != nil:
			err = m.readTrainer(f.bytes)
		case f.number == 3 && f.bytes != nil:
			err = m.readNormalizer(f.bytes)
		}
		if err != nil {
			return nil, err
		}
	}
	return m, m.check()
}

func (m *sentencePiece) addPiece(b []byte) error {
	p := piece{kind: normal}
	for f, err := range fields(b) {
		if err != nil {
			return err
		}
		switch f.number {
		case 1:
			p.text = string(f.bytes)
		case 2:
			p.score = f.float32()
		case 3:
			p.kind = f.int32()
		}
	}
	id := len(m.pieces)
	switch {
	case id == maxTokens:
		return fmt.Errorf("it has more than %d pieces", maxTokens)
	case p.kind < normal || p.kind > byteValue:
		return fmt.Errorf("piece %d is of the unknown type %d", id, p.kind)
	case len(p.text) > maxTokenText || !utf8.ValidString(p.text):
		return fmt.Errorf("piece %d is no text of at most %d bytes", id, maxTokenText)
	case math.IsNaN(float64(p.score)) || math.IsInf(float64(p.score), 0):
		return fmt.Errorf("the score of piece %d is not a finite number", id)
	}
	m.pieces = append(m.pieces, p)
	return nil
}

func (m *sentencePiece) readTrainer(b []byte) error {
	for f, err := range fields(b) {
		if err != nil {
			return err
		}
		switch f.number {
		case 3:
			m.kind = f.int32()
		case 40:
			m.unk = f.int32()
		case 41:
			m.bos = f.int32()
		case 42:
			m.eos = f.int32()
		case 43:
			m.pad = f.int32()
		}
	}
	return nil
}

func (m *sentencePiece) readNormalizer(b []byte) error {
	for f, err := range fields(b) {
		if err != nil {
			return err
		}
		switch f.number {
		case 1:
			m.normalizer = string(f.bytes)
		case 2:
			m.charsmap = len(f.bytes) > 0
		case 3:
			m.dummyPrefix = f.bool()
		case 4:
			m.extraSpaces = f.bool()
		case 5:
			m.spacesEscape = f.bool()
		}
	}
	return nil
}

func (m *sentencePiece) check() error {
	switch {
	case len(m.pieces) == 0:
		return fmt.Errorf("it has no pieces")
	case m.kind != pieceBPE:
		kinds := map[int32]string{1: "unigram", 3: "word", 4: "character"}
		return fmt.Errorf("it is a %s model (type %d), but only byte-pair encoding (type %d) is supported", kinds[m.kind], m.kind, pieceBPE)
	case !m.spacesEscape:
		return fmt.Errorf("it leaves spaces as they are, which is not supported")
	}
	return nil
}
