namespace Bnn.Trainer.Data;

/// <summary>What the surroundings of the process say about data; tests bring surroundings of their own.</summary>
/// <param name="Folder">The data folder of the environment variable <see cref="Variable"/>, or null.</param>
/// <param name="Cache">Where downloads go unless a folder is named; need not exist.</param>
/// <param name="IsOffline">Whether nothing may be downloaded.</param>
internal sealed record DataEnvironment(string? Folder, string Cache, bool IsOffline)
{
    /// <summary>The environment variable that names the data folder.</summary>
    public const string Variable = "BNN_DATA";

    /// <summary>The environment variable that, set to anything but 0, forbids downloads.</summary>
    public const string OfflineVariable = "BNN_OFFLINE";

    /// <summary>Takes the place of the network; null: the network.</summary>
    public HttpMessageHandler? Network { get; init; }

    /// <summary>Time between two tries of a download.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time without a byte after which a connection counts as broken.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>That of this process; the cache is <c>bnn/data</c> in the user's folder for local application data.</summary>
    public static DataEnvironment OfProcess()
    {
        string local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return new(
            Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder ? folder : null,
            Path.Combine(local.Length > 0 ? local : Path.GetTempPath(), "bnn", "data"),
            Environment.GetEnvironmentVariable(OfflineVariable) is { Length: > 0 } and not "0");
    }
}
