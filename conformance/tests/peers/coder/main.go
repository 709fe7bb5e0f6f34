// SPDX-License-Identifier: Apache-2.0

// Echo server on coder/websocket: one goroutine a connection, permessage-deflate on.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/coder/websocket"
)

const limit = 128 << 20

func echo(response http.ResponseWriter, request *http.Request) {
	connection, err := websocket.Accept(response, request, &websocket.AcceptOptions{
		InsecureSkipVerify: true, // any Origin may call
		CompressionMode:    websocket.CompressionContextTakeover,
	})
	if err != nil {
		return // Accept has answered the request with the reason.
	}
	defer connection.CloseNow()
	connection.SetReadLimit(limit)
	context := request.Context()
	for {
		kind, message, err := connection.Read(context)
		if err != nil {
			return
		}
		if err := connection.Write(context, kind, message); err != nil {
			return
		}
	}
}

func main() {
	port := flag.Int("port", 9001, "port to listen on, 0 for any")
	flag.Parse()
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", *port))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	fmt.Printf("listening on ws://127.0.0.1:%d\n", listener.Addr().(*net.TCPAddr).Port)
	http.HandleFunc("/", echo)
	fmt.Fprintln(os.Stderr, http.Serve(listener, nil))
	os.Exit(1)
}
