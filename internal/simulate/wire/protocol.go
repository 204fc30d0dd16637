package wire

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"maps"
	"net/http"

	"github.com/aws/smithy-go/encoding/cbor"
)

// A protocol is one of the ways to write a call and its answer.
type protocol int

const (
	json11 protocol = iota
	json10
	rpcCBOR
	query
	restJSON
	restXML
)

// A reply is an answer. The status is 200 and the header what the protocol has, unless they say otherwise.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func (p protocol) contentType() string {
	switch p {
	case json10:
		return "application/x-amz-json-1.0"
	case rpcCBOR:
		return "application/cbor"
	case query:
		return "text/xml"
	case restJSON:
		return "application/json"
	case restXML:
		return "application/xml"
	}
	return "application/x-amz-json-1.1"
}

func (p protocol) succeed(w http.ResponseWriter, r reply) {
	maps.Copy(w.Header(), r.header)
	p.write(w, cmp.Or(r.status, http.StatusOK), r.body)
}

func (p protocol) write(w http.ResponseWriter, status int, body []byte) {
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", p.contentType())
	}
	switch p {
	case restXML:
		w.Header().Set("X-Amz-Request-Id", w.Header().Get("X-Amzn-Requestid"))
	case rpcCBOR:
		w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	}
	w.WriteHeader(status)
	// The client may have gone away; there is nobody left to tell.
	_, _ = w.Write(body)
}

// fail writes an error as the protocol has it.
func (p protocol) fail(w http.ResponseWriter, req *request, f *apiError) {
	switch p {
	case query:
		p.write(w, f.statusIn(p), queryError(f))
	case restXML:
		p.write(w, f.statusIn(p), objectError(f))
	case rpcCBOR:
		w.Header().Set("X-Amzn-Query-Error", f.queryCode()+";"+f.fault())
		p.write(w, f.statusIn(p), cbor.Encode(cbor.Map{
			"__type":  cbor.String(f.code),
			"message": cbor.String(f.message),
			"Message": cbor.String(f.message),
		}))
	default:
		w.Header().Set("X-Amzn-Errortype", f.code)
		if req.queryMode {
			w.Header().Set("X-Amzn-Query-Error", f.queryCode()+";"+f.fault())
		}
		body, err := json.Marshal(map[string]string{"__type": f.code, "message": f.message, "Message": f.message})
		if err != nil {
			panic(err) // strings always encode
		}
		p.write(w, f.statusIn(p), body)
	}
}

func queryError(f *apiError) []byte {
	var b bytes.Buffer
	b.WriteString(`<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>` + f.fault() + `</Type><Code>`)
	escape(&b, f.queryCode())
	b.WriteString(`</Code><Message>`)
	escape(&b, f.message)
	b.WriteString(`</Message></Error></ErrorResponse>`)
	return b.Bytes()
}

func escape(b *bytes.Buffer, text string) {
	// A bytes.Buffer does not fail.
	_ = xml.EscapeText(b, []byte(text))
}
