using System.Diagnostics;
using Bnn.Inference;
using Bnn.Model;
using Bnn.Runtime.Tests;
using Bnn.Storage;

namespace Bnn.EndToEnd.Tests;

public sealed class PackageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bnn-package").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_fresh_project_with_one_package_reference_and_one_model_line_predicts()
    {
        // A version of its own and a package folder of its own: a cache would test yesterday's package.
        string version = "0.0.1-test." + DateTime.UtcNow.Ticks;
        Run(Repository.Root, ["pack", "src/Bnn.Runtime", "--no-build", "-c", Configuration, "-o", _folder, $"-p:Version={version}"]);
        Network network = RandomNetworks.Dense(10);
        string project = Directory.CreateDirectory(Path.Combine(_folder, "app")).FullName;
        BnnFile.Save(Path.Combine(project, "my-net.bnn"), network);
        Write("nuget.config", $"""<configuration><packageSources><clear /><add key="local" value="{_folder}" /></packageSources></configuration>""");
        Write("app.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><RootNamespace>App</RootNamespace><Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors><AnalysisLevel>latest-all</AnalysisLevel><CheckForOverflowUnderflow>true</CheckForOverflowUnderflow></PropertyGroup>
              <ItemGroup><PackageReference Include="BnnGen" Version="{version}" /></ItemGroup>
              <ItemGroup><BnnModel Include="my-net.bnn" /></ItemGroup>
            </Project>
            """);
        Write("Program.cs", """
            System.Console.WriteLine(App.MyNet.Predict(new byte[App.MyNet.InputLength]));
            """);
        string output = Run(project, ["run", "-c", "Release"]);
        Assert.Equal(Reference.Predict(network, new byte[network.InputLength]), int.Parse(output.Trim(), System.Globalization.CultureInfo.InvariantCulture));

        // A broken model gives one clear error at its line, and nothing else.
        string text = File.ReadAllText(Path.Combine(project, "my-net.bnn"));
        Write("broken.bnn", text.Replace("layers ", "layres ", StringComparison.Ordinal));
        Write("app.csproj", File.ReadAllText(Path.Combine(project, "app.csproj")).Replace("my-net.bnn\"", "*.bnn\"", StringComparison.Ordinal));
        string failed = Run(project, ["build", "-c", "Release", "-v", "q"], expectSuccess: false);
        Assert.Contains("broken.bnn(", failed, StringComparison.Ordinal);
        Assert.Contains("error BNN005", failed, StringComparison.Ordinal);
        Assert.DoesNotContain("error CS", failed, StringComparison.Ordinal);

        void Write(string name, string content) => File.WriteAllText(Path.Combine(project, name), content);
    }

    private static string Configuration =>
#if DEBUG
        "Debug";
#else
        "Release";
#endif

    private string Run(string folder, string[] arguments, bool expectSuccess = true)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        if (folder != Repository.Root)
            start.Environment["NUGET_PACKAGES"] = Path.Combine(_folder, "packages");
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        // A test run hands its own settings to child processes; the child is a build of its own.
        foreach (string key in start.Environment.Keys.Where(key => key.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase) && key != "MSBUILDDISABLENODEREUSE").ToArray())
            start.Environment.Remove(key);
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0 == expectSuccess, $"dotnet {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output}\n{error.Result}");
        return output;
    }
}
