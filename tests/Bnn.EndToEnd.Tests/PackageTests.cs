using Bnn.Inference;
using Bnn.Model;
using Bnn.Runtime.Tests;
using Bnn.Storage;

namespace Bnn.EndToEnd.Tests;

public sealed class PackageTests : IDisposable
{
    private readonly FreshFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_fresh_project_with_one_package_reference_and_one_model_line_predicts()
    {
        _folder.Pack();
        Network network = RandomNetworks.Dense(10);
        string project = _folder.At("app");
        _folder.Write("app/app.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><RootNamespace>App</RootNamespace><Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors><AnalysisLevel>latest-all</AnalysisLevel><CheckForOverflowUnderflow>true</CheckForOverflowUnderflow></PropertyGroup>
              <ItemGroup><PackageReference Include="BnnGen" Version="{_folder.Version}" /></ItemGroup>
              <ItemGroup><BnnModel Include="my-net.bnn" /></ItemGroup>
            </Project>
            """);
        BnnFile.Save(_folder.At("app", "my-net.bnn"), network);
        _folder.Write("app/Program.cs", """
            System.Console.WriteLine(App.MyNet.Predict(new byte[App.MyNet.InputLength]));
            """);
        string output = _folder.Dotnet(project, ["run", "-c", "Release"]);
        Assert.Equal(Reference.Predict(network, new byte[network.InputLength]), int.Parse(output.Trim(), System.Globalization.CultureInfo.InvariantCulture));

        // What ahead-of-time code for every processor costs is said where the program is published so. The target alone: no compiler for it is needed.
        string[] say = ["msbuild", "-t:BnnSayInstructionSet", "-nologo", "-p:PublishAot=true"];
        Assert.Contains("Set IlcInstructionSet to x86-64-v3", _folder.Dotnet(project, say), StringComparison.Ordinal);
        Assert.DoesNotContain("IlcInstructionSet", _folder.Dotnet(project, [.. say, "-p:IlcInstructionSet=native"]), StringComparison.Ordinal);
        Assert.DoesNotContain("IlcInstructionSet", _folder.Dotnet(project, ["msbuild", "-t:BnnSayInstructionSet", "-nologo"]), StringComparison.Ordinal);

        // A broken model gives one clear error at its line, and nothing else.
        string text = File.ReadAllText(_folder.At("app", "my-net.bnn"));
        _folder.Write("app/broken.bnn", text.Replace("layers ", "layres ", StringComparison.Ordinal));
        _folder.Write("app/app.csproj", File.ReadAllText(_folder.At("app", "app.csproj")).Replace("my-net.bnn\"", "*.bnn\"", StringComparison.Ordinal));
        string failed = _folder.Dotnet(project, ["build", "-c", "Release", "-v", "q"], expectSuccess: false);
        Assert.Contains("broken.bnn(", failed, StringComparison.Ordinal);
        Assert.Contains("error BNN005", failed, StringComparison.Ordinal);
        Assert.DoesNotContain("error CS", failed, StringComparison.Ordinal);
    }
}
