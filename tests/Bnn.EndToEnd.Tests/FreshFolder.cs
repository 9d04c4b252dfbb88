using System.Diagnostics;
using Bnn.Runtime.Tests;

namespace Bnn.EndToEnd.Tests;

/// <summary>A folder outside the repository, with the package of this build in a feed of its own; vanishes with the test.</summary>
internal sealed class FreshFolder : IDisposable
{
    // A version of its own and a package folder of its own: a cache would test yesterday's package.
    public string Version { get; } = "0.0.1-test." + DateTime.UtcNow.Ticks;

    public string Path { get; } = Directory.CreateTempSubdirectory("bnn-package").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);

    public string At(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Writes a file, with the folders on its way.</summary>
    public void Write(string name, string content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(At(name))!);
        File.WriteAllText(At(name), content);
    }

    /// <summary>Packs what was built, and makes it the only feed of the projects in this folder.</summary>
    public void Pack()
    {
        Dotnet(Repository.Root, ["pack", "src/Bnn.Runtime", "--no-build", "-c", Configuration, "-o", Path, $"-p:Version={Version}"]);
        Write("nuget.config", $"""<configuration><packageSources><clear /><add key="local" value="{Path}" /></packageSources></configuration>""");
    }

    /// <summary>Runs <c>dotnet</c>; gives its standard output.</summary>
    public string Dotnet(string folder, string[] arguments, bool expectSuccess = true)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        if (folder != Repository.Root)
            start.Environment["NUGET_PACKAGES"] = At("packages");
        // A test run hands its own settings to child processes; the child is a build of its own.
        foreach (string key in start.Environment.Keys.Where(key => key.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(key);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0 == expectSuccess, $"dotnet {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output}\n{error.Result}");
        return output;
    }

    private static string Configuration =>
#if DEBUG
        "Debug";
#else
        "Release";
#endif
}
