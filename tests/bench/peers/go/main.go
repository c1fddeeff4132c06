// main.go
//
// SPDX-License-Identifier: LGPL-2.1-or-later

// Go: a goroutine that is the service, a channel for the requests, and a channel for each reply.
package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	nKeys     = 1000
	valueSize = 32
)

type request struct {
	number uint64
	key    string
	reply  chan reply
}

type reply struct {
	number uint64
	value  []byte
}

type load struct {
	name     string
	inFlight int
}

var works = []string{"noop", "get"}

// Clients are goroutines: n of them with one call each are n calls in flight.
var loads = []load{{"seq", 1}, {"w8", 8}, {"w64", 64}, {"w1024", 1024}, {"c1", 1}, {"c4", 4}, {"c16", 16}, {"c64", 64}}

func serve(requests chan request) {
	values := make(map[string][]byte)
	for i := 0; i < nKeys; i++ {
		values[strconv.Itoa(i)] = []byte(strings.Repeat("v", valueSize))
	}
	for r := range requests {
		r.reply <- reply{r.number + 1, values[r.key]}
	}
}

func call(requests chan request, work string, number uint64) {
	r := request{number: number, reply: make(chan reply, 1)}
	if work == "get" {
		r.key = strconv.FormatUint(number%nKeys, 10)
	}
	requests <- r
	answer := <-r.reply
	if answer.number != number+1 || (work == "get") != (len(answer.value) == valueSize) {
		panic("the reply is wrong")
	}
}

// makeCalls makes calls calls, inFlight at once.
func makeCalls(requests chan request, work string, calls uint64, inFlight int) uint64 {
	var group sync.WaitGroup
	made := (calls + uint64(inFlight) - 1) / uint64(inFlight)
	for i := 0; i < inFlight; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for number := uint64(0); number < made; number++ {
				call(requests, work, number)
			}
		}()
	}
	group.Wait()
	return made * uint64(inFlight)
}

func getUsage() (cpu float64, switches int64) {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	cpu = time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds()
	return cpu, usage.Nvcsw + usage.Nivcsw
}

func run(work string, inFlight int, calls, warmUp uint64) {
	requests := make(chan request, 1024)
	go serve(requests)
	makeCalls(requests, work, warmUp, inFlight)

	cpu, switches := getUsage()
	begin := time.Now()
	made := makeCalls(requests, work, calls, inFlight)
	seconds := time.Since(begin).Seconds()
	cpuAfter, switchesAfter := getUsage()

	fmt.Printf("calls %d\nseconds %.9f\ncpu %.9f\nswitches %d\n", made, seconds, cpuAfter-cpu, switchesAfter-switches)
}

func main() {
	list := len(os.Args) == 2 && os.Args[1] == "--list"
	for _, work := range works {
		for _, l := range loads {
			name := fmt.Sprintf("go.call.%s.%s", work, l.name)
			if work != "noop" && l.name != "w64" {
				continue
			}
			if list {
				fmt.Println(name)
			} else if len(os.Args) == 4 && os.Args[1] == name {
				calls, errCalls := strconv.ParseUint(os.Args[2], 10, 32)
				warmUp, errWarmUp := strconv.ParseUint(os.Args[3], 10, 32)
				if errCalls == nil && errWarmUp == nil {
					run(work, l.inFlight, calls, warmUp)
					return
				}
			}
		}
	}
	if !list {
		fmt.Fprintln(os.Stderr, "Usage: bench --list, or bench ROW CALLS WARM-UP")
		os.Exit(2)
	}
}
