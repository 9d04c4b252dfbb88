namespace Bnn.Trainer.Data;

/// <summary>Where a command looks for known data sets, and whether it may download what it does not find.</summary>
internal sealed class DataAccess
{
    private DataAccess(CommandContext context, IReadOnlyList<string> folders, string target, bool mayDownload) =>
        (Context, Folders, Target, MayDownload) = (context, folders, target, mayDownload);

    /// <summary>Whom to tell.</summary>
    public CommandContext Context { get; }

    /// <summary>Data folders, in the order in which they are searched; the last, the cache, need not exist.</summary>
    public IReadOnlyList<string> Folders { get; }

    /// <summary>The data folder that receives downloads; may not exist yet.</summary>
    public string Target { get; }

    /// <summary>Whether what is missing may be downloaded.</summary>
    public bool MayDownload { get; }

    /// <summary>Receives a sentence that the user should read.</summary>
    public void Warn(string warning) => Context.Warn(warning);

    /// <summary>Looks in the folder that was named, then in that of <see cref="DataEnvironment.Variable"/>, then in the cache.</summary>
    /// <param name="context">Whose surroundings count.</param>
    /// <param name="given">The folder of <c>--data-dir</c>, or null.</param>
    /// <param name="isOffline">Whether <c>--offline</c> was said.</param>
    /// <exception cref="DirectoryNotFoundException">A folder that was named is not there.</exception>
    public static DataAccess Of(CommandContext context, string? given, bool isOffline)
    {
        DataEnvironment around = context.Data;
        var folders = new List<string>();
        if (given is not null)
            folders.Add(Existing(given, ""));
        if (around.Folder is { } named)
            folders.Add(Existing(named, $" (from {DataEnvironment.Variable})"));
        folders.Add(around.Cache);
        return new(context, folders, given ?? around.Cache, !isOffline && !around.IsOffline);
    }

    private static string Existing(string folder, string from) =>
        Directory.Exists(folder) ? folder : throw new DirectoryNotFoundException($"the data folder '{folder}'{from} does not exist.");
}
