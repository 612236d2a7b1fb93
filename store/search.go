package store

import (
	"slices"
	"strings"
)

// Hit is a conversation in which a search found something.
type Hit struct {
	Conversation Conversation
	Message      ID       // the newest message that has all words; 0: none has, but the title or the filters fit
	Snippet      string   // of that message, on one line
	Marks        [][2]int // where the words are in Snippet, in bytes
	More         int      // how many other messages have them
}

// Found is what a search came to.
type Found struct {
	Hits      []Hit
	Unindexed int // messages that search has not looked at, because the index is still being made
}

const (
	// searchPending is how many of the messages noted for the index are looked
	// through.
	searchPending = 512
	searchWords   = 8 // that are looked up in the index; the others are compared with what that gives
)

// Search finds conversations by words in their titles and messages and by the
// filters tag:, folder: and pinned: (query.go). Those whose title fits come first,
// then those with the newest message that does; at most limit of them. trashed: in
// the trash rather than outside it.
func (s *Store) Search(text string, trashed bool, limit int) (found Found, err error) {
	q := parseQuery(text)
	if len(q.needles) == 0 && len(q.filters) == 0 {
		return found, nil
	}
	err = s.view(func(tx *txn) error {
		r := &search{tx: tx, conversations: tx.Bucket(conversationsBucket), query: q, trashed: trashed, limit: limit, heads: map[ID]*Conversation{}}
		if err := r.start(); err != nil {
			return err
		}
		found = r.run()
		return nil
	})
	return found, err
}

// search is one search on its way.
type search struct {
	tx      *txn
	query   query
	trashed bool
	limit   int

	conversations *bucket

	folders map[ID]string        // their names, in lower case
	heads   map[ID]*Conversation // that were looked at; nil: it is not to be found
	words   int                  // prefixes that were looked up
	count   []uint8              // message → how many of them it has, of the first ones
	in      []ID                 // message → its conversation
	titles  map[ID]uint8         // conversation → the same of its title
	fresh   map[messageKey]bool  // noted for the index, and compared with the query already
	skipped int
}

// start looks the query up.
func (r *search) start() error {
	newest := r.tx.Bucket(messagesBucket).Sequence()
	r.count, r.in, r.titles = make([]uint8, newest+1), make([]ID, newest+1), map[ID]uint8{}
	prefixes := r.query.prefixes()
	if len(prefixes) > searchWords {
		slices.SortFunc(prefixes, func(a, b string) int { return len(b) - len(a) })
		prefixes = prefixes[:searchWords]
	}
	for _, prefix := range prefixes {
		if err := r.lookUp(prefix); err != nil {
			return err
		}
		r.words++
	}
	r.lookFresh()
	return nil
}

// lookUp counts the messages that have a word with that prefix. Blocks that are
// damaged are left out: the goroutine makes them anew when it meets them.
func (r *search) lookUp(prefix string) error {
	done := uint8(r.words)
	take := func(k messageKey) {
		switch {
		case k.message == 0:
			if r.titles[k.conversation] == done {
				r.titles[k.conversation] = done + 1
			}
		case k.message < ID(len(r.count)) && r.count[k.message] == done:
			r.count[k.message], r.in[k.message] = done+1, k.conversation
		}
	}
	for _, group := range r.groups(prefix) {
		hash := r.tx.box.hash(group)
		_ = walk(r.tx.Bucket(indexBucket), hash, 12, func(key, value []byte) error {
			if blockNumber(key) == 0 {
				return nil
			}
			if content, err := r.tx.open(indexBucket, key, value); err == nil {
				_ = matchTerms(content, prefix, take)
			}
			return nil
		})
	}
	return nil
}

// groups are those that have terms with a prefix.
func (r *search) groups(prefix string) []string {
	group := groupOf(prefix)
	all := []string{group}
	if head, tail := cutRune(group); tail == "" && !isRun([]rune(head)[0]) {
		list, err := r.tx.get(indexBucket, blockKey(r.tx.box.hash(head), 0))
		if err == nil {
			for _, next := range string(list) {
				all = append(all, head+string(next))
			}
		}
	}
	return all
}

// lookFresh looks through what the index does not have yet.
func (r *search) lookFresh() {
	r.fresh = map[messageKey]bool{}
	if len(r.query.needles) == 0 {
		return
	}
	_ = walk(r.tx.Bucket(pendingBucket), []byte{pendingText}, 17, func(key, _ []byte) error {
		if len(r.fresh) == searchPending {
			r.skipped++
			return nil
		}
		k := messageKey{idAt(key[1:], 0), idAt(key[1:], 1)}
		r.fresh[k] = true
		_, all := r.query.match(notedText(r.tx, k))
		switch {
		case k.message == 0 && all:
			r.titles[k.conversation] = uint8(r.words)
		case k.message == 0:
			delete(r.titles, k.conversation)
		case k.message >= ID(len(r.count)):
		case all:
			r.count[k.message], r.in[k.message] = uint8(r.words), k.conversation
		default:
			r.count[k.message] = 0
		}
		return nil
	})
}

// run makes the hits of what was looked up.
func (r *search) run() Found {
	if len(r.query.needles) == 0 {
		return Found{Hits: r.all()}
	}
	hits := r.byTitle()
	place := map[ID]int{}
	for i, h := range hits {
		place[h.Conversation.ID] = i
	}
	for id := len(r.count) - 1; id > 0; id-- {
		if int(r.count[id]) < r.words {
			continue
		}
		k := messageKey{r.in[id], ID(id)}
		i, known := place[k.conversation]
		switch {
		case known && hits[i].Message != 0:
			hits[i].More++
		case known:
			r.quote(&hits[i], k)
		case len(hits) < r.limit:
			h := Hit{}
			if c := r.head(k.conversation); c != nil {
				h.Conversation = *c
				if r.quote(&h, k) {
					place[k.conversation] = len(hits)
					hits = append(hits, h)
				}
			}
		}
	}
	return Found{Hits: hits, Unindexed: r.skipped}
}

// byTitle returns the conversations whose title has all words. As many may have them as
// there are: titles are compared from the newest on, until there are enough.
func (r *search) byTitle() []Hit {
	var likely []*Conversation
	for id, n := range r.titles {
		if int(n) < r.words {
			continue
		}
		if c := r.head(id); c != nil {
			likely = append(likely, c)
		}
	}
	return r.newest(likely, func(c *Conversation) bool {
		_, all := r.query.match(c.Title)
		return all
	})
}

// all returns the conversations that the filters let through.
func (r *search) all() []Hit {
	var found []*Conversation
	_ = walk(r.tx.Bucket(conversationsBucket), nil, 8, func(key, _ []byte) error {
		if c := r.head(idAt(key, 0)); c != nil {
			found = append(found, c)
		}
		return nil
	})
	return r.newest(found, func(*Conversation) bool { return true })
}

// newest makes hits of those that fit, the newest first, as many as are asked for.
func (r *search) newest(list []*Conversation, fits func(*Conversation) bool) (hits []Hit) {
	slices.SortFunc(list, func(a, b *Conversation) int { return newestFirst(*a, *b) })
	for _, c := range list {
		if len(hits) == r.limit {
			break
		}
		if fits(c) {
			hits = append(hits, Hit{Conversation: *c})
		}
	}
	return hits
}

// quote fills in what a message says; false: it does not have the words, the
// index is behind.
func (r *search) quote(h *Hit, k messageKey) bool {
	text := notedText(r.tx, k)
	places, all := r.query.match(text)
	if !all {
		return false
	}
	h.Message = k.message
	h.Snippet, h.Marks = snippet(text, places)
	return true
}

// head returns a conversation that may be found, nil if it may not.
func (r *search) head(id ID) *Conversation {
	c, known := r.heads[id]
	if known {
		return c
	}
	value := r.conversations.Get(idKey(id))
	if value != nil {
		head := readConversation(r.tx, id, value)
		if !head.Trashed.IsZero() == r.trashed && r.fits(&head) {
			c = &head
		}
	}
	r.heads[id] = c
	return c
}

// fits says whether the filters let a conversation through.
func (r *search) fits(c *Conversation) bool {
	for _, f := range r.query.filters {
		ok := false
		switch f.kind {
		case "tag":
			ok = slices.ContainsFunc(c.Tags, func(tag string) bool { return strings.HasPrefix(folded(tag), f.value) })
		case "folder":
			ok = c.Folder != 0 && strings.HasPrefix(r.folder(c.Folder), f.value)
		case "pinned":
			ok = c.Pinned != slices.Contains([]string{"no", "false", "0"}, f.value)
		}
		if !ok {
			return false
		}
	}
	return true
}

func (r *search) folder(id ID) string {
	if r.folders == nil {
		r.folders = map[ID]string{}
		for _, f := range readFolders(r.tx) {
			r.folders[f.ID] = folded(f.Name)
		}
	}
	return r.folders[id]
}

const (
	snippetBefore = 40  // bytes before the first word that was found
	snippetBytes  = 180 // of all
)

// snippet cuts a piece out of a text in which something was found, and makes one
// line of it.
func snippet(text string, places [][2]int) (piece string, marks [][2]int) {
	if len(places) == 0 {
		return "", nil
	}
	from := backTo(text, places[0][0]-snippetBefore, places[0][0])
	to := backTo(text, from+snippetBytes, min(places[0][1], len(text)))
	to = max(to, min(places[0][1], len(text)))
	var b strings.Builder
	if from > 0 {
		b.WriteString("…")
	}
	at := make(map[int]int, len(places)*2)
	space := true
	for i, r := range text[from:to] {
		at[from+i] = b.Len()
		switch {
		case r == '*' || r == '`': // emphasis and code of Markdown say nothing here
		case r > ' ' && r != '\u00a0':
			b.WriteRune(r)
			space = false
		case !space:
			b.WriteByte(' ')
			space = true
		}
	}
	at[to] = b.Len()
	if to < len(text) {
		b.WriteString("…")
	}
	for _, p := range places {
		start, ok := at[p[0]]
		end, ok2 := at[min(p[1], to)]
		if ok && ok2 && start < end && (len(marks) == 0 || marks[len(marks)-1][1] <= start) {
			marks = append(marks, [2]int{start, end})
		}
	}
	return b.String(), marks
}

// backTo moves a place in a text to the beginning of a word before it, or a little
// further on, but not past limit; it is never within a character.
func backTo(text string, at, limit int) int {
	if at <= 0 {
		return 0
	}
	if at >= len(text) {
		return len(text)
	}
	if i := strings.LastIndexAny(text[max(0, at-24):at], " \n\t"); i >= 0 {
		return max(0, at-24) + i + 1
	}
	for at < len(text) && at > 0 && text[at]&0xC0 == 0x80 {
		at--
	}
	return at
}
