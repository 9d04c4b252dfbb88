namespace Bnn.Trainer;

/// <summary>What the process tells its caller.</summary>
internal static class ExitCode
{
    /// <summary>All went well.</summary>
    public const int Ok = 0;

    /// <summary>The command was called in a way that makes no sense.</summary>
    public const int Usage = 1;

    /// <summary>A data file, model or run folder is not what it should be.</summary>
    public const int BadInput = 2;

    /// <summary>A check that was asked for failed.</summary>
    public const int CheckFailed = 3;

    /// <summary>A file or folder is missing or cannot be read or written.</summary>
    public const int InputOutput = 4;

    /// <summary>A fault of this program.</summary>
    public const int Internal = 70;

    /// <summary>Stopped by Ctrl-C.</summary>
    public const int Cancelled = 130;

    /// <summary>Stopped by the termination signal.</summary>
    public const int Terminated = 143;
}
