package ganlib;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.modelimport.keras.KerasModelImport;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Imports networks into Deeplearning4j and runs them.
 *
 * <p>For each line "name kind" of the file networks.txt in the folder of the first argument, with kind "sequential" or
 * "graph", it imports name.h5, feeds it name.in0.npy (name.in1.npy and so on) and writes what comes out to name.out0.npy, name.out1.npy and so on.
 */
public final class Check {
  public static void main(String[] arguments) throws Exception {
    Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
    Path folder = Path.of(arguments[0]);
    for (String line : Files.readAllLines(folder.resolve("networks.txt"))) {
      String[] words = line.split(" ");
      try {
        check(folder, words[0], words[1].equals("graph"));
        System.out.println("read " + words[0]);
      } catch (Exception error) {
        System.out.println("failed " + words[0] + ": " + error);
        error.printStackTrace();
      }
    }
  }

  private static void check(Path folder, String name, boolean graph) throws Exception {
    String file = folder.resolve(name + ".h5").toString();
    List<INDArray> inputs = new ArrayList<>();
    for (int i = 0; Files.exists(folder.resolve(name + ".in" + i + ".npy")); i++) {
      inputs.add(Nd4j.createFromNpyFile(folder.resolve(name + ".in" + i + ".npy").toFile()));
    }
    INDArray[] outputs =
        graph
            ? KerasModelImport.importKerasModelAndWeights(file, false).output(inputs.toArray(new INDArray[0]))
            : new INDArray[] {KerasModelImport.importKerasSequentialModelAndWeights(file, false).output(inputs.get(0))};
    for (int i = 0; i < outputs.length; i++) {
      Nd4j.writeAsNumpy(outputs[i].dup('c'), new File(folder.toFile(), name + ".out" + i + ".npy"));
    }
  }
}
