package pricing

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// readOfferFile reads AWS's bulk offer file. It has hundreds of megabytes, so it is read as a stream that keeps only
// the products that price a component; again is the same file for finding the line of an error.
func readOfferFile(r *bufio.Reader, again io.ReadSeeker) (priceFile, place, error) {
	dec := json.NewDecoder(r)
	p, err := decodeOffers(dec)
	if err != nil {
		return p, locate(again, dec.InputOffset()), err
	}
	return p, place{}, nil
}

func decodeOffers(dec *json.Decoder) (priceFile, error) {
	p := priceFile{found: make(map[Key][]quote)}
	keys, offers := make(map[string]Key), make(map[string]map[string]offer)
	err := members(dec, func(name string) error {
		switch name {
		case "offerCode":
			var code string
			if err := dec.Decode(&code); err != nil {
				return err
			}
			if code != sageMaker {
				return fmt.Errorf("it is the price list of %s, not of %s", code, sageMaker)
			}
			return nil
		case "publicationDate":
			return dec.Decode(&p.at)
		case "products":
			return members(dec, func(sku string) error {
				var entry product
				if err := dec.Decode(&entry); err != nil {
					return err
				}
				if k, ok := entry.key(sageMaker); ok {
					keys[sku] = k
				}
				return nil
			})
		case "terms":
			return members(dec, func(name string) error {
				if name != "OnDemand" {
					return skip(dec)
				}
				return members(dec, func(sku string) error {
					var terms map[string]offer
					err := dec.Decode(&terms)
					offers[sku] = terms
					return err
				})
			})
		}
		return skip(dec)
	})
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	for sku, k := range keys {
		p.found[k] = append(p.found[k], quotes(k, sku, offers[sku])...)
	}
	p.at = p.at.UTC()
	return p, err
}

// members calls visit at the value of each member of the object that comes next.
func members(dec *json.Decoder, visit func(name string) error) error {
	open, err := dec.Token()
	if err != nil {
		return err
	}
	if open != json.Delim('{') {
		return fmt.Errorf("%v stands where an object is expected", open)
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return err
		}
		if err := visit(name.(string)); err != nil {
			return err
		}
	}
	_, err = dec.Token()
	return err
}

func skip(dec *json.Decoder) error {
	var ignored json.RawMessage
	return dec.Decode(&ignored)
}

// locate is the place of the error that a decoder met past the offset, at which its last good token ends.
func locate(file io.ReadSeeker, offset int64) place {
	at := place{1, 1}
	offset += syntaxError(file, offset)
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return at
	}
	r := bufio.NewReader(io.LimitReader(file, offset))
	for c, err := r.ReadByte(); err == nil; c, err = r.ReadByte() {
		at.column++
		if c == '\n' {
			at = place{at.line + 1, 1}
		}
	}
	return at
}

// syntaxError is how far past the offset a syntax error stands, zero when there is none. A decoder's own offset of it does
// not count what stands between the values of a stream, so the value is read once more by itself.
func syntaxError(file io.ReadSeeker, offset int64) int64 {
	if _, err := file.Seek(offset, io.SeekStart); err != nil {
		return 0
	}
	r := bufio.NewReader(file)
	var between int64
	for c, err := r.ReadByte(); err == nil; c, err = r.ReadByte() {
		if !strings.ContainsRune(" \t\r\n,:", rune(c)) {
			_ = r.UnreadByte()
			break
		}
		between++
	}
	if bad, ok := errors.AsType[*json.SyntaxError](skip(json.NewDecoder(r))); ok {
		return between + bad.Offset - 1
	}
	return 0
}
