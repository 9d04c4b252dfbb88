namespace Bnn.Trainer.Tests;

/// <summary>A test that needs the signals, pipes and devices of a Unix, and a shell.</summary>
public sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute() => Skip = UnixTheoryAttribute.Reason;
}

/// <summary>The same for several cases.</summary>
public sealed class UnixTheoryAttribute : TheoryAttribute
{
    public UnixTheoryAttribute() => Skip = Reason;

    internal static string? Reason => OperatingSystem.IsWindows() ? "needs the signals, pipes and devices of a Unix" : null;
}
