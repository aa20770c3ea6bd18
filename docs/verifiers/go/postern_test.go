package postern

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"testing"
	"time"
)

type vectors struct {
	Audience string
	Now      int64
	Identity Identity
	Jwks     json.RawMessage
	Cases    []struct {
		Name     string
		Accepted bool
		Values   []string
	}
}

// start returns the vectors, a verifier that knows a server with their keys, and how often that
// was asked.
func start(t *testing.T) (vectors, *Verifier, *int) {
	var read vectors
	bytes, err := os.ReadFile("../vectors.json")
	if err == nil {
		err = json.Unmarshal(bytes, &read)
	}
	if err != nil {
		t.Fatal(err)
	}
	fetched := 0
	server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, _ *http.Request) {
		fetched++
		writer.Write(read.Jwks)
	}))
	t.Cleanup(server.Close)
	return read, &Verifier{Origin: read.Audience, Keys: server.URL}, &fetched
}

func request(values []string) *http.Request {
	request := httptest.NewRequest("GET", "/", nil)
	request.Header["Postern-Assertion"] = values
	return request
}

func TestVectors(t *testing.T) {
	read, verifier, fetched := start(t)
	now := time.Unix(read.Now, 0)
	for _, vector := range read.Cases {
		identity, err := verifier.Identity(request(vector.Values), now)
		if vector.Accepted != (err == nil) {
			t.Errorf("%s: %v", vector.Name, err)
		}
		if vector.Accepted && !reflect.DeepEqual(*identity, read.Identity) {
			t.Errorf("%s: %v", vector.Name, identity)
		}
	}
	if *fetched != 1 {
		t.Errorf("fetched the keys %d times", *fetched)
	}
}

func TestUnknownKeyIsLookedForEveryTenSeconds(t *testing.T) {
	read, verifier, fetched := start(t)
	for _, vector := range read.Cases {
		if vector.Name != "unknown key" {
			continue
		}
		for _, step := range [][2]int64{{0, 1}, {9, 1}, {10, 2}, {19, 2}, {20, 3}} {
			now := time.Unix(read.Now+step[0], 0)
			if _, err := verifier.Identity(request(vector.Values), now); err == nil {
				t.Error("accepted")
			}
			if int64(*fetched) != step[1] {
				t.Errorf("after %d seconds: fetched %d times", step[0], *fetched)
			}
		}
		return
	}
	t.Error("no such vector")
}
