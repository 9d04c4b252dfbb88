using System.Collections.Immutable;
using System.Text;
using Bnn.Generator.Compiler;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Bnn.Generator;

/// <summary>A model file as the project lists it.</summary>
internal sealed record ModelFile(string Path, string? Text);

/// <summary>What the project says about all models.</summary>
internal sealed record ProjectOptions(string DefaultNamespace, string Directory);

/// <summary>A model to compile.</summary>
/// <param name="Source">What the compiler sees.</param>
/// <param name="HintName">Name of its source in the compilation; unique.</param>
internal sealed record ArrangedModel(ModelSource Source, string HintName);

/// <summary>Puts files and options together.</summary>
internal static class ModelFiles
{
    private const int HintLength = 120;

    /// <summary>The options of one file, as written.</summary>
    public static CompileOptions Options(AdditionalText file, AnalyzerConfigOptionsProvider provider)
    {
        AnalyzerConfigOptions options = provider.GetOptions(file);
        return new()
        {
            ClassName = Value(options, "build_metadata.AdditionalFiles.BnnClass"),
            Namespace = Value(options, "build_metadata.AdditionalFiles.BnnNamespace"),
            Visibility = Value(options, "build_metadata.AdditionalFiles.BnnVisibility"),
            Goal = Value(options, "build_metadata.AdditionalFiles.BnnGoal"),
            Lowering = Value(options, "build_metadata.AdditionalFiles.BnnLowering"),
            UnrolledBudget = Value(provider.GlobalOptions, "build_property.BnnUnrolledBudget"),
        };
    }

    /// <summary>The options of the project.</summary>
    public static ProjectOptions Project(string? assemblyName, AnalyzerConfigOptionsProvider provider) => new(
        Value(provider.GlobalOptions, "build_property.RootNamespace") ?? assemblyName ?? "",
        (Value(provider.GlobalOptions, "build_property.ProjectDir") ?? "").Replace('\\', '/'));

    /// <summary>Takes each file once, gives it a hint name, and finds models that would make the same class.</summary>
    /// <param name="files">In the order of the project.</param>
    /// <param name="options">One for each file.</param>
    /// <param name="project">Options of the project.</param>
    public static IEnumerable<ArrangedModel> Arrange(ImmutableArray<ModelFile> files, ImmutableArray<CompileOptions> options, ProjectOptions project)
    {
        var models = new List<ArrangedModel>();
        var firstOf = new Dictionary<string, int>(StringComparer.Ordinal);
        var paths = new HashSet<string>(StringComparer.Ordinal);
        var hints = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < files.Length; i++)
        {
            if (!paths.Add(files[i].Path))
                continue;
            string relative = Relative(files[i].Path, project.Directory);
            var source = new ModelSource(files[i].Path, files[i].Text, options[i] with { DefaultNamespace = project.DefaultNamespace });
            string fullName = CompileSettings.Of(source, []).FullName;
            if (firstOf.TryGetValue(fullName, out int first))
            {
                ModelSource other = models[first].Source;
                source = source with { ClashesWith = Relative(other.Path, project.Directory) };
                if (other.ClashesWith is null)
                    models[first] = models[first] with { Source = other with { ClashesWith = relative, IsFirstOfClash = true } };
            }
            else
                firstOf.Add(fullName, models.Count);
            models.Add(new(source, HintName(relative, hints)));
        }
        return models;
    }

    private static string? Value(AnalyzerConfigOptions options, string key) => options.TryGetValue(key, out string? value) && value.Length > 0 ? value : null;

    // A path outside the project is only its name: sources must not depend on where the project lies.
    private static string Relative(string path, string directory)
    {
        path = path.Replace('\\', '/');
        return directory.Length > 0 && path.StartsWith(directory, StringComparison.OrdinalIgnoreCase)
            ? path.Substring(directory.Length).TrimStart('/')
            : path.Substring(path.LastIndexOf('/') + 1);
    }

    private static string HintName(string relative, HashSet<string> taken)
    {
        var name = new StringBuilder();
        foreach (char c in relative.Substring(Math.Max(0, relative.Length - HintLength)))
            name.Append(c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '.' or '-' or '_' ? c : c == '/' ? '.' : '_');
        string hint = name + ".g.cs";
        for (int i = 2; !taken.Add(hint); i++)
            hint = FormattableString.Invariant($"{name}.{i}.g.cs");
        return hint;
    }
}
