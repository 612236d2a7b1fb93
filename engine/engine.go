// Package engine loads a model file and answers conversations with it.
//
// Its one rule: everything that takes time is an iter.Seq2 that ends by break
// or by its context. It does not know that there is a window, a database or a
// second process; engine/worker serves the same calls over a pipe.
package engine

import (
	"slices"

	"beyonder/engine/prompt"
	"beyonder/engine/sample"
)

// ContextPolicy says what happens when a conversation no longer fits into the
// context window. Nothing is ever cut silently.
type ContextPolicy string

const (
	StopWhenFull ContextPolicy = "stop" // the reply ends and says that the window is full
	RollWhenFull ContextPolicy = "roll" // the oldest turns are dropped, the system prompt is kept, a Notice says so
)

// LoadOptions says which file to load and how.
type LoadOptions struct {
	Path   string `json:"path"`
	Device string `json:"device,omitempty"` // "" or "auto": the best there is; "gl"; "cpu"
	// GPULayers is how many layers are to be on the graphics card, the last ones; 0:
	// as many as its free memory holds.
	GPULayers    int    `json:"gpu_layers,omitempty"`
	ExpertsOnCPU bool   `json:"experts_on_cpu,omitempty"` // attention on the graphics card, experts on the processor
	Profile      bool   `json:"profile,omitempty"`        // time each kernel of the graphics card, or each step of the processor where it computes alone
	Cache        string `json:"cache,omitempty"`          // folder for what can be made again: the graphics card's programs; "": none is kept
	Setback      string `json:"setback,omitempty"`        // why less of the graphics card is asked for than there is; told as Info.DeviceReason

	Context  int    `json:"context,omitempty"`  // tokens; 0: what the model was trained on, at most 8192
	KV       string `json:"kv,omitempty"`       // "f16" (default), "f32" or "q8_0"
	Exact    bool   `json:"exact,omitempty"`    // float32 throughout
	Threads  int    `json:"threads,omitempty"`  // 0: one per core
	Force    bool   `json:"force,omitempty"`    // load even if memory will not suffice
	Template string `json:"template,omitempty"` // a preset's name; "": the file's own
}

// Progress is how far loading has come.
type Progress struct {
	Stage string `json:"stage"` // what is being done, for people: "reading weights"
	Done  int64  `json:"done"`  // bytes
	Total int64  `json:"total"` // bytes
}

// Info describes a loaded model.
type Info struct {
	Path         string `json:"path"`
	Name         string `json:"name"`         // general.name, or the file's name
	Hash         string `json:"hash"`         // hex; of the file's size, metadata and tensor table
	Architecture string `json:"architecture"` // "llama"
	Quantization string `json:"quantization"` // "Q4_K_M"

	Parameters       uint64 `json:"parameters"`
	ActiveParameters uint64 `json:"active_parameters"` // at work for each token
	Layers           int    `json:"layers"`
	Experts          int    `json:"experts"` // 0: dense
	ExpertsUsed      int    `json:"experts_used"`
	// ExpertNames are what the file calls its experts, one for each; nil: it does not.
	ExpertNames   []string `json:"expert_names,omitempty"`
	ExpertPrompts []string `json:"expert_prompts,omitempty"` // the prompts that each was chosen for
	// Sampling is what the file suggests, over llama.cpp's defaults; nil: nothing.
	Sampling       *sample.Settings `json:"sampling,omitempty"`
	Vocabulary     int              `json:"vocabulary"`
	TrainedContext int              `json:"trained_context"` // tokens
	Context        int              `json:"context"`         // tokens of the window in use

	Template     string   `json:"template"` // "the file's own", or a preset's name
	Device       string   `json:"device"`   // "CPU (AVX-512)"
	DeviceReason string   `json:"device_reason,omitempty"`
	GPULayers    int      `json:"gpu_layers,omitempty"` // on the graphics card
	Driver       string   `json:"driver,omitempty"`     // the graphics card's: vendor and version of its OpenGL
	CardBytes    int64    `json:"card_bytes,omitempty"` // of graphics memory that were free before; 0: its driver does not say
	FileBytes    int64    `json:"file_bytes"`
	CacheBytes   int64    `json:"cache_bytes"`
	LoadSeconds  float64  `json:"load_seconds"`
	Pages        Pages    `json:"pages,omitzero"` // as it was last looked at; zero: of weights that are elsewhere, or the system does not tell
	Warnings     []string `json:"warnings,omitempty"`
}

// Request is one turn to be answered.
type Request struct {
	Messages []prompt.Message `json:"messages,omitempty"` // the conversation, oldest first
	Prompt   string           `json:"prompt,omitempty"`   // plain text to go on with, instead of Messages
	Continue bool             `json:"continue,omitempty"` // the last message is the assistant's and is to be gone on with
	Begun    string           `json:"begun,omitempty"`    // with Replay: the reply's text before it

	Sampling     sample.Settings `json:"sampling"`
	Policy       ContextPolicy   `json:"policy,omitempty"`       // "": StopWhenFull
	Alternatives int             `json:"alternatives,omitempty"` // how many of the likeliest tokens to report
	Routes       bool            `json:"routes,omitempty"`       // report the router's choices
	Mix          Mix             `json:"mix,omitzero"`           // an experiment with a mixture's experts
	Record       bool            `json:"record,omitempty"`       // report what is Sent
	Prefixes     string          `json:"prefixes,omitempty"`     // folder for long system prompts as they were read, to be read no more; "": none is kept
	Replay       *Sent           `json:"replay,omitempty"`       // read this, from an empty cache, instead of a prompt; nothing is rolled
}

// Resume makes r ask for what comes after text, which it has brought so far. The
// messages it was made with stay as they are.
func (r *Request) Resume(text string) {
	switch {
	case text == "":
	case r.Messages == nil:
		r.Prompt += text
	case r.Continue:
		r.Messages = slices.Clone(r.Messages)
		r.Messages[len(r.Messages)-1].Content += text
	default:
		r.Continue = true
		r.Messages = append(slices.Clip(r.Messages), prompt.Message{Role: prompt.Assistant, Content: text})
	}
}

// Piece is a part of a reply. Exactly one of Reading, Notice, Sent, Done is set,
// or none of them and then it is text.
type Piece struct {
	Text   string  `json:"text,omitempty"` // whole UTF-8 characters
	Tokens []Token `json:"tokens,omitempty"`

	Reading *Reading `json:"reading,omitempty"` // the prompt is being read
	Notice  *Notice  `json:"notice,omitempty"`  // something the reader should know
	Sent    *Sent    `json:"sent,omitempty"`    // what was read, before the first text; again when the window rolled in the middle of the reply
	Done    *Done    `json:"done,omitempty"`    // the last piece
}

// Token is one token of a reply.
type Token struct {
	ID      int32         `json:"id"`
	Bytes   int           `json:"bytes,omitempty"` // of the piece's text that are its own
	Logprob float32       `json:"logprob"`         // natural logarithm, of the model's own distribution (temperature 1); 0 unless Alternatives were asked for
	Top     []Alternative `json:"top,omitempty"`
	Routes  []Route       `json:"routes,omitempty"` // one per layer; empty for a dense model
}

// Alternative is a token that could have been chosen.
type Alternative struct {
	ID      int32   `json:"id"`
	Text    string  `json:"text"` // spaces are spaces; of a part of a character, U+FFFD
	Logprob float32 `json:"logprob"`
	Control bool    `json:"control,omitempty"` // it marks structure, the end of the reply for one, and is no text
}

// Route is what one layer's router chose for one token.
type Route struct {
	Experts []int32   `json:"experts"` // ids, the strongest first
	Weights []float32 `json:"weights"` // sum to 1
}

// Reading is how far the prompt has been read.
type Reading struct {
	Done   int `json:"done"`   // tokens read now, without the reused ones
	Total  int `json:"total"`  // tokens to be read
	Reused int `json:"reused"` // tokens that were still in the KV cache

	Seconds float64 `json:"seconds"` // since the reading began: who hears of it may have been kept waiting
}

// Notice is something that happened to a reply and must not go unsaid.
type Notice struct {
	Kind    string `json:"kind"`           // "rolled"; of others app tells
	Dropped int    `json:"dropped"`        // with "rolled": how many of the request's messages the model no longer sees
	Text    string `json:"text,omitempty"` // what it was, as a sentence, where the kind does not say all
}

// StopReason says why a reply ended.
type StopReason string

const (
	StopEnd       StopReason = "end"       // the model ended its turn
	StopText      StopReason = "stop"      // a stop string came up
	StopLength    StopReason = "length"    // MaxTokens
	StopContext   StopReason = "context"   // the context window is full
	StopCancelled StopReason = "cancelled" // the user stopped it
	StopFormat    StopReason = "format"    // no token could go on with it in the format that it must have, and it is not complete
)

// Done closes a reply.
type Done struct {
	Reason       StopReason      `json:"reason"`
	PromptTokens int             `json:"prompt_tokens"` // all of them, reused ones included
	ReusedTokens int             `json:"reused_tokens"`
	NewTokens    int             `json:"new_tokens"`
	ReadSeconds  float64         `json:"read_seconds"`  // reading the prompt
	FirstSeconds float64         `json:"first_seconds"` // from the request to the first token; as the application keeps it, from the asking
	WriteSeconds float64         `json:"write_seconds"` // from the first token to the last
	ContextUsed  int             `json:"context_used"`  // tokens; more than ContextSize for a prompt that does not fit
	ContextSize  int             `json:"context_size"`  // tokens
	Seed         int64           `json:"seed"`          // the one that was used
	Sampling     sample.Settings `json:"sampling"`      // as it was applied
}
