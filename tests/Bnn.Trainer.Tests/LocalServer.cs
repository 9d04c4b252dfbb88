using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Bnn.Trainer.Tests;

/// <summary>A web server on this machine that misbehaves on request. An address <c>https://host/path</c> is looked up as <c>host/path</c>.</summary>
internal sealed class LocalServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    public LocalServer()
    {
        _listener.Start();
        _serving = Serve();
        Network = new Redirect(((IPEndPoint)_listener.LocalEndpoint).Port);
    }

    /// <summary>Content by host and path; what is not here is answered with 404.</summary>
    public Dictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>For the next answers, one each: after so many bytes of content the connection is cut.</summary>
    public Queue<int> Cuts { get; } = new();

    /// <summary>After so many bytes of content nothing more comes; −1: never.</summary>
    public int StallsAfter { get; set; } = -1;

    /// <summary>Whether ranges are ignored.</summary>
    public bool KnowsNoRanges { get; set; }

    /// <summary>Status of every answer, if set.</summary>
    public int? Status { get; set; }

    /// <summary>What was asked for: path, and first byte if that is not 0.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Leads every address here.</summary>
    public HttpMessageHandler Network { get; }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
        _serving.Wait();
        Network.Dispose();
        _stop.Dispose();
    }

    private async Task Serve()
    {
        try
        {
            while (true)
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                client.NoDelay = true;
                await Answer(client.GetStream());
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
        {
        }
    }

    // One request a connection.
    private async Task Answer(NetworkStream stream)
    {
        string[] head = (await ReadHead(stream)).Split("\r\n");
        string path = head[0].Split(' ')[1].TrimStart('/');
        string range = head.FirstOrDefault(line => line.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase), "Range: bytes=0-");
        int first = KnowsNoRanges ? 0 : int.Parse(range[13..^1], CultureInfo.InvariantCulture);
        Requests.Add(path + (range[13..^1] == "0" ? "" : " from " + range[13..^1]));
        byte[]? content = Files.GetValueOrDefault(path);
        int status = Status ?? (content is null ? 404 : first == 0 ? 200 : first < content.Length ? 206 : 416);
        byte[] body = status is 200 or 206 ? content![first..] : [];
        string rangeLine = status switch
        {
            206 => $"Content-Range: bytes {first}-{content!.Length - 1}/{content.Length}\r\n",
            416 => $"Content-Range: bytes */{content!.Length}\r\n",
            _ => "",
        };
        string answer = $"HTTP/1.1 {status} Because\r\nContent-Length: {body.Length}\r\nConnection: close\r\n{rangeLine}";
        int sent = Cuts.TryDequeue(out int cut) ? Math.Min(cut, body.Length) : StallsAfter >= 0 ? Math.Min(StallsAfter, body.Length) : body.Length;
        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer + "\r\n"), _stop.Token);
        await stream.WriteAsync(body.AsMemory(0, sent), _stop.Token);
        await stream.FlushAsync(_stop.Token);
        if (StallsAfter >= 0 && sent < body.Length)
            await Task.Delay(-1, _stop.Token);
    }

    private async Task<string> ReadHead(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one, _stop.Token) > 0)
            head.Append((char)one[0]);
        return head.ToString();
    }

    private sealed class Redirect(int port) : DelegatingHandler(new SocketsHttpHandler { UseProxy = false })
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new Uri($"http://127.0.0.1:{port}/{request.RequestUri!.Host}{request.RequestUri.AbsolutePath}");
            return base.SendAsync(request, cancellationToken);
        }
    }
}
