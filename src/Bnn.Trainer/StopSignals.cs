using System.Runtime.InteropServices;

namespace Bnn.Trainer;

/// <summary>Ctrl-C and the termination signal: the first asks the command to stop, a second one ends the process as it would without us.</summary>
internal sealed class StopSignals : IDisposable
{
    // How long a command may take to stop by itself: with what the runtime needs to leave, a person waits less than a second.
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _code;

    /// <summary>Listens from now on.</summary>
    public StopSignals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, ExitCode.Cancelled)),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, ExitCode.Terminated)),
    ];

    /// <summary>Set by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Called with the exit code when a stopped command goes on: it may read from a slow disk, or wait for a pipe.</summary>
    public Action<int>? OutOfPatience { get; set; }

    /// <summary>The exit code of a command that ended with <paramref name="code"/>: which signal it was, if one stopped it.</summary>
    public int Translate(int code) => code == ExitCode.Cancelled && _code != 0 ? _code : code;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }

    private void Stop(PosixSignalContext signal, int code)
    {
        signal.Cancel = Interlocked.CompareExchange(ref _code, code, 0) == 0;
        if (!signal.Cancel)
            return;
        _source.Cancel();
        Thread.Sleep(s_patience); // a thread of the signal's own
        OutOfPatience?.Invoke(code);
    }
}
