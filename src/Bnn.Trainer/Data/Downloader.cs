using System.Net;
using System.Net.Http.Headers;
using Bnn.Trainer.Reports;

namespace Bnn.Trainer.Data;

/// <summary>Downloads a file, going on where an earlier try, or an earlier process, stopped.</summary>
/// <remarks>The bytes are not to be trusted: servers and files change between two tries. Whoever calls compares a hash.</remarks>
internal sealed class Downloader(HttpClient client, DataEnvironment around, DownloadProgressView view, CancellationToken cancel)
{
    // Tries in a row that bring no byte.
    private const int MostTries = 4;

    /// <summary>Takes the file at <paramref name="address"/> into <paramref name="path"/>, after the bytes that are there already.</summary>
    /// <exception cref="DownloadException">It cannot be got; what came so far stays.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; what came so far stays.</exception>
    public async Task Get(Uri address, string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            await Get(address, file).ConfigureAwait(false);
        }
        finally
        {
            if (new FileInfo(path) is { Exists: true, Length: 0 })
                File.Delete(path);
        }
    }

    private async Task Get(Uri address, FileStream file)
    {
        for (int tries = 1; ; tries++)
        {
            long before = file.Length;
            try
            {
                await GetRest(address, file).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
                return;
            }
            catch (BrokenConnectionException broken)
            {
                tries = file.Length > before ? 0 : tries;
                string kept = file.Length > 0 ? $", after {Text.Size(file.Length)}; the next call goes on from there" : "";
                if (tries == MostTries)
                    throw new DownloadException($"{address}: {broken.Message}{kept}");
                view.Pause(broken.Message);
            }
            await Task.Delay(around.Pause, cancel).ConfigureAwait(false);
        }
    }

    private async Task GetRest(Uri address, FileStream file)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (file.Length > 0)
            request.Headers.Range = new RangeHeaderValue(file.Length, null);
        using HttpResponseMessage response =
            await Connected(stop => client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop)).ConfigureAwait(false);
        bool goesOn = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == file.Length;
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && response.Content.Headers.ContentRange?.Length == file.Length)
            return; // it was whole
        if (response.StatusCode is HttpStatusCode.RequestedRangeNotSatisfiable or HttpStatusCode.PartialContent && !goesOn)
        {
            file.SetLength(0);
            throw new BrokenConnectionException("the server has another file than the one that was begun");
        }
        if ((int)response.StatusCode >= 500)
            throw new BrokenConnectionException($"the server answers {(int)response.StatusCode} {response.ReasonPhrase}");
        if (!response.IsSuccessStatusCode)
            throw new DownloadException($"{address}: the server answers {(int)response.StatusCode} {response.ReasonPhrase}");
        if (!goesOn && file.Length > 0)
            file.SetLength(0);
        file.Seek(0, SeekOrigin.End);
        long? total = file.Length + response.Content.Headers.ContentLength;
        if (total > DataStream.Cap)
            throw new DownloadException($"{address}: {total} bytes; at most {DataStream.Cap} are downloaded");
        view.Start(address, file.Length, total);
        await Copy(response, file, address).ConfigureAwait(false);
        view.End(file.Length);
    }

    private async Task Copy(HttpResponseMessage response, FileStream file, Uri address)
    {
        Stream body = await Connected(response.Content.ReadAsStreamAsync).ConfigureAwait(false);
        var buffer = new byte[1 << 16];
        for (int got; (got = await Connected(stop => body.ReadAsync(buffer, stop).AsTask()).ConfigureAwait(false)) > 0;)
        {
            file.Write(buffer, 0, got);
            if (file.Length > DataStream.Cap)
                throw new DownloadException($"{address}: more than {DataStream.Cap} bytes");
            view.Step(file.Length);
        }
    }

    // The network's own errors, told apart from those of the disk, and from Ctrl-C.
    private async Task<T> Connected<T>(Func<CancellationToken, Task<T>> act)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(around.Patience);
        try
        {
            return await act(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new BrokenConnectionException($"nothing came for {Text.Duration(around.Patience)}");
        }
        catch (Exception problem) when (problem is HttpRequestException or IOException)
        {
            cancel.ThrowIfCancellationRequested();
            bool isUnreachable = problem is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError };
            throw new BrokenConnectionException(isUnreachable ? "the server cannot be reached" : "the connection broke");
        }
    }

    // Worth another try.
    private sealed class BrokenConnectionException(string message) : Exception(message);
}

/// <summary>A file could not be got from one place; there may be others.</summary>
internal sealed class DownloadException(string message) : Exception(message);
